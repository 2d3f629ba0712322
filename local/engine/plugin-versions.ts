/** The versions of the SDKs in package.json, which are those that the engine expects of the plugins. */
export const PROVIDER_VERSION = "4.34.2";
export const SDK_VERSION = "3.276.0";
