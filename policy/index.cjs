// The engine loads a pack with require(), for which its SDK has ts-node compile TypeScript, by settings that are not
// ours. import() is Node's own.
module.exports = import("./pack.ts");
