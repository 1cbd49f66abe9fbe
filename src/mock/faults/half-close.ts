import { dlopen, suffix } from "bun:ffi";
import { readdirSync } from "node:fs";
import { toHost } from "./addresses.ts";
import type { SocketEnds } from "./connection.ts";

/**
 * Whether a FIN can be sent while the reply is under way: everywhere but on Windows.
 *
 * No option of `Bun.serve` ends a chunked body by a FIN (Bun 1.4.5), so the system is asked to shut the socket down.
 */
export const canHalfClose: boolean = suffix !== "dll";

/** The C library by its name: glibc, musl, macOS. */
const libraries = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1", "libSystem.B.dylib"];

const named = { args: ["i32", "ptr", "ptr"], returns: "i32" } as const;

const open = (path: string) =>
  dlopen(path, {
    getpeername: named,
    getsockname: named,
    shutdown: { args: ["i32", "i32"], returns: "i32" },
  }).symbols;

type Library = ReturnType<typeof open>;

let library: Library | null | undefined;

/** Opened when it is first needed; null where there is none. */
const openLibrary = (): Library | null => {
  if (library !== undefined) return library;
  library = null;
  for (const path of canHalfClose ? libraries : []) {
    try {
      library = open(path);
      break;
    } catch {
      // Another system's library.
    }
  }
  return library;
};

const sendsNoMore = 1;

/** A `sockaddr_storage` and its length, filled by the system. */
const address = new Uint8Array(128);
const length = new Uint32Array(1);

/** One end of a socket, null where the descriptor is no TCP socket. Address and port stand at one place on all systems. */
const readEnd = (call: Library["getpeername"], descriptor: number): { host: string; port: number } | null => {
  length[0] = address.length;
  if (call(descriptor, address, length) !== 0) return null;
  const isV4 = length[0] === 16;
  if (!isV4 && length[0] !== 28) return null;
  const host = isV4 ? address.subarray(4, 8) : address.subarray(8, 24);
  return { host: toHost(host), port: ((address[2] ?? 0) << 8) | (address[3] ?? 0) };
};

const listDescriptors = (): readonly number[] => {
  for (const folder of ["/proc/self/fd", "/dev/fd"]) {
    try {
      return readdirSync(folder).map(Number);
    } catch {
      // Not on this system.
    }
  }
  return [];
};

/**
 * Sends a FIN on the one socket that has these two ends; true when it was sent.
 *
 * Both ports and the client's address have to fit, and a second socket that fits as well is a reason to leave both alone:
 * a socket to an upstream is never shut down.
 */
export const halfClose = ({ peer, port }: SocketEnds): boolean => {
  const system = openLibrary();
  if (system === null || peer === null) return false;
  const wanted = toHost(peer.address);
  const found = listDescriptors().filter((descriptor) => {
    const far = readEnd(system.getpeername, descriptor);
    if (far === null || far.port !== peer.port || far.host !== wanted) return false;
    return readEnd(system.getsockname, descriptor)?.port === port;
  });
  const [descriptor] = found;
  return descriptor !== undefined && found.length === 1 && system.shutdown(descriptor, sendsNoMore) === 0;
};
