/** Where the compressed copies of files are, for who makes them and who hands them out. */

/** Below the repository's folder. */
export const COMPRESSED_FOLDER = "static/build/compressed";
