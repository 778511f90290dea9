/** The name, version and system in a request's user agent, if they are known. */
export interface UserAgent {
  readonly name?: string;
  readonly version?: string;
  readonly os?: { readonly name: string; readonly version?: string };
  readonly device?: string;
}

/** CloudTrail cuts user agents at 1 KB; the name is at the beginning. */
const MOST_CHARACTERS = 1024;
const MOST_PRODUCTS = 64;

/** Names that count at any position, since the products that contain them come first. */
const AWS_CLIENT = /^(?:aws-cli|aws-sdk-[\w-]+|boto3?|jets3t|s3fs)$/i;

/** Browsers also name older browsers: the first name of this list that occurs counts. */
const BROWSERS: readonly (readonly [product: string, name: string])[] = [
  ['Edg', 'Edge'],
  ['EdgA', 'Edge'],
  ['EdgiOS', 'Edge'],
  ['OPR', 'Opera'],
  ['SamsungBrowser', 'Samsung Internet'],
  ['FxiOS', 'Firefox iOS'],
  ['Firefox', 'Firefox'],
  ['CriOS', 'Chrome Mobile iOS'],
  ['HeadlessChrome', 'HeadlessChrome'],
  ['Chrome', 'Chrome'],
  ['Version', 'Safari'],
];

/** Systems in a browser's parentheses, in order of precedence: Android also names Linux. */
const SYSTEMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Windows', /Windows NT (\d[\d.]*)/],
  ['iOS', /OS (\d[\d_]*) like Mac OS X/],
  ['Mac OS X', /Mac OS X (\d[\d_.]*)/],
  ['Android', /Android (\d[\d.]*)/],
  ['Chrome OS', /CrOS \S+ (\d[\d.]*)/],
  ['Ubuntu', /Ubuntu(?:\/(\d[\d.]*))?/],
  ['Linux', /Linux/],
];

/** `Linux/5.10.184`, and `os/linux#5.10` of newer AWS clients. */
const SYSTEM_PRODUCTS: Readonly<Record<string, string>> = {
  linux: 'Linux',
  windows: 'Windows',
  darwin: 'Mac OS X',
  macos: 'Mac OS X',
};

/**
 * Reads the name, version and system of a user agent in one pass, in linear time, since the sender of a request chooses its user agent.
 * Names are those of the tables that Elastic uses (`aws-cli`, `Boto3`, `aws-sdk-java`, `Firefox`). What names no product, such as
 * the names of AWS services, has none.
 */
export function parseUserAgent(text: string): UserAgent {
  const { products, comments } = productsOf(text.slice(0, MOST_CHARACTERS));
  const system = systemOf(products, comments);
  if (products[0]?.name === 'Mozilla') {
    const browser = BROWSERS.flatMap(([product, name]) => {
      const found = products.find((one) => one.name === product);
      return found === undefined ? [] : [{ name, version: found.version }];
    })[0];
    const device = /iPhone|iPad/.exec(comments)?.[0];
    return { ...browser, ...system, ...(device !== undefined && { device }) };
  }
  const client = products.find(({ name }) => AWS_CLIENT.test(name)) ?? products[0];
  return { ...client, ...system };
}

interface Product {
  readonly name: string;
  readonly version: string;
}

const PRODUCT = /^([\w.+-]+)\/([\w.+-]+)/;

/** Each `name/version`, and the texts in parentheses. */
function productsOf(text: string): { products: readonly Product[]; comments: string } {
  const products: Product[] = [];
  let comments = '';
  let depth = 0;
  for (const word of text.split(/[\s,;[\]]+/)) {
    const opens = word.startsWith('(');
    if (opens) depth++;
    if (depth > 0) comments += `${word} `;
    const match = depth > 0 ? null : PRODUCT.exec(word);
    if (match !== null && products.length < MOST_PRODUCTS)
      products.push({ name: match[1] as string, version: match[2] as string });
    // What a newer AWS client says of the system stands before its `#`.
    const system = depth > 0 ? null : /^os\/(\w+)#([\w.-]+)/.exec(word);
    if (system !== null) products.push({ name: system[1] as string, version: system[2] as string });
    if (depth > 0 && word.endsWith(')')) depth--;
  }
  return { products, comments };
}

function systemOf(products: readonly Product[], comments: string): Pick<UserAgent, 'os'> {
  for (const { name, version } of products) {
    const known = SYSTEM_PRODUCTS[name.toLowerCase()];
    if (known !== undefined) return { os: { name: known, version } };
  }
  if (products[0]?.name !== 'Mozilla') return {};
  for (const [name, pattern] of SYSTEMS) {
    const match = pattern.exec(comments);
    if (match !== null) return { os: { name, ...(match[1] !== undefined && { version: match[1].replaceAll('_', '.') }) } };
  }
  return {};
}
