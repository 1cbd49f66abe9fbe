// A worker that never answers.
declare const self: Worker;

self.addEventListener("message", () => {});
