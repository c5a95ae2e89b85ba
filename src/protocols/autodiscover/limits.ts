/** Bounds of an Autodiscover request. */
export const autodiscoverLimits = {
  /** A request is half a kilobyte; nothing makes it grow. */
  requestBody: 64 * 1024,
  /** Autodiscover, Request, and one element inside. */
  depth: 8,
  /** Of one element's text: an address or a DN. */
  text: 2048,
} as const;
