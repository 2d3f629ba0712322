// The engine loads a policy pack with require(): from here on it is TypeScript.
require("tsx/cjs/api").register();
require("./pack.ts");
