import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** The accessibility rules, as a script for the page. */
export const AXE: string = axe.source;

/** Serious findings of axe on what is shown now: rule, and the first place. The page must have been opened with `AXE` as its first script. */
export async function seriousFindings(page: Page): Promise<string[]> {
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200) + ' ' + nodes[0].failureSummary.slice(0, 300)))`);
}

/** Yields the tables with a column out of sight and no shade at that edge, and the headings that are cut. */
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
 * Pairs of texts that lie over one another. What is clipped by its own box counts only as far as it is seen; what stays in sight over the rest (the headers, a
 * menu) lies over it on purpose.
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
        // Boxes of adjacent lines may overlap by so much without their letters touching.
        if (boxes[i].node !== boxes[j].node && wide > 2 && high > 5) found.push(boxes[i].text + ' | ' + boxes[j].text);
      }
    return found;
  })()`);
}
