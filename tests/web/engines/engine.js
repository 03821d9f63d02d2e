/**
 * What a page needs of a browser.
 *
 * @typedef {object} Engine
 * @property {(url: string) => Promise<unknown>} open
 * @property {(look: (...words: string[]) => Element | null, ...words: string[]) => Promise<any>} look what a function
 *   finds in the page
 * @property {(element: any) => Promise<unknown>} click
 * @property {(element: any, text: string) => Promise<unknown>} type
 * @property {(key: string) => Promise<unknown>} press
 * @property {(element: any, path: string) => Promise<unknown>} choose
 * @property {(from: any, to: any) => Promise<unknown>} drag
 * @property {() => Promise<string[]>} problems what the pages have logged as warnings and errors
 * @property {() => Promise<Uint8Array>} picture
 * @property {() => Promise<unknown>} end
 */
export {};
