// A worker that ends with an error at its first message.
declare const self: Worker;

self.addEventListener("message", () => {
  throw new Error("the worker dies");
});
