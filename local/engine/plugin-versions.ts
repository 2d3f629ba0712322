/** The versions of the SDKs in package.json, which are those that the engine expects of the plugins. */
export const PROVIDER_VERSION = "4.32.0";
export const SDK_VERSION = "3.246.0";
