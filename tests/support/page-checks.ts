import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** The accessibility rules, as a script for the page. */
export const AXE: string = axe.source;

/** Serious findings of axe on the page as it is shown: each rule with its first element. The page must have been opened with `AXE` as its first script. */
export async function seriousFindings(page: Page): Promise<string[]> {
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200) + ' ' + nodes[0].failureSummary.slice(0, 300)))`);
}

/** Yields the tables that hide columns without a shade at the right edge, or have the shade and hide none, and the headings that are cut. */
export async function unseenColumns(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('.table-frame')].flatMap((frame) => {
    const scrolled = frame.firstElementChild;
    const name = scrolled.getAttribute('aria-label');
    const hidden = scrolled.scrollWidth > scrolled.clientWidth + 1;
    const shaded = frame.dataset.more === 'right' && getComputedStyle(frame, '::after').opacity === '1';
    const cut = [...scrolled.querySelectorAll('th')].filter((heading) => (heading.firstElementChild ?? heading).scrollWidth > heading.clientWidth);
    return [...(hidden === shaded ? [] : [name + ': columns out of sight ' + hidden + ', shaded ' + shaded]), ...cut.map((heading) => name + ': ' + heading.textContent)];
  })`);
}

/**
 * Pairs of texts that overlap. Of a text that a box clips, only the visible part counts. The headings of tables are left out, since they stay in sight over
 * the rows on purpose.
 */
export async function overlappingTexts(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const boxes = [];
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      if (node.textContent.trim() === '') continue;
      const holder = node.parentElement;
      if (holder.closest('.hidden, thead, [hidden]') || getComputedStyle(holder).visibility === 'hidden') continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        let { left, top, right, bottom } = rect;
        for (let box = holder; box !== null && box !== document.body; box = box.parentElement) {
          if (getComputedStyle(box).overflow === 'visible') continue;
          const clip = box.getBoundingClientRect();
          left = Math.max(left, clip.left); right = Math.min(right, clip.right);
          top = Math.max(top, clip.top); bottom = Math.min(bottom, clip.bottom);
        }
        if (right - left > 2 && bottom - top > 2) boxes.push({ node, left, top, right, bottom, text: node.textContent.trim().slice(0, 40) });
      }
    }
    boxes.sort((a, b) => a.top - b.top);
    const found = [];
    for (let i = 0; i < boxes.length; i++)
      for (let j = i + 1; j < boxes.length && boxes[j].top < boxes[i].bottom; j++) {
        const wide = Math.min(boxes[i].right, boxes[j].right) - Math.max(boxes[i].left, boxes[j].left);
        const high = Math.min(boxes[i].bottom, boxes[j].bottom) - Math.max(boxes[i].top, boxes[j].top);
        // Boxes of adjacent lines may overlap by 5 pixels although their letters do not touch.
        if (boxes[i].node !== boxes[j].node && wide > 2 && high > 5) found.push(boxes[i].text + ' | ' + boxes[j].text);
      }
    return found;
  })()`);
}
