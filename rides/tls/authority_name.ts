/** What the names of our development CAs begin with. */
export const AUTHORITY_NAME = "rides development CA";
