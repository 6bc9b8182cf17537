/**
 * Tells plain http to this very machine, which nobody else can read, from plain http over a
 * network. It decides whether cookies are Secure and whether a provider may do without https.
 */

/** Tells whether a URL is plain http to a loopback host. */
export function isLoopbackHttp({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && (
    hostname === "localhost" || hostname.endsWith(".localhost") ||
    hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
