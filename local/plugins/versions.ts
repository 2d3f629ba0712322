/** What the stand-ins stand in for: the versions of @pulumi/kubernetes and @pulumi/pulumi in package.json. */
export const PROVIDER_VERSION = "4.32.0";
export const SDK_VERSION = "3.246.0";
