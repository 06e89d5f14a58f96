/** What `/sdk.js` is: all that a page without a bundler can use. */

export * from "../src/index.ts";
export * from "../src/webmcp.ts";
