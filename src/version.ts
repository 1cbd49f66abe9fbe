declare const BUILD_VERSION: string | undefined;
declare const BUILD_COMMIT: string | undefined;

/** The version of this build; `dev` when run from source. */
export const version: string = typeof BUILD_VERSION === "string" ? BUILD_VERSION : "dev";

/** The commit it was built from, in short form; empty when run from source. */
export const commit: string = typeof BUILD_COMMIT === "string" ? BUILD_COMMIT : "";
