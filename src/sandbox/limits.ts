/** Bounds of the sandbox, each as an Open-Xchange server has it or to keep hostile input cheap. */
export const limits = {
  /** com.openexchange.servlet.maxBodySize. */
  bodyBytes: 104_857_600,
  /** com.openexchange.json.maxSize. */
  multipleItems: 2500,
  multipartParts: 2000,
  mimeDepth: 20,
  mimeParts: 1000,
  headerBytes: 1_048_576,
  folderNameLength: 255,
  mailFolderDepth: 30,
  /** com.openexchange.servlet.maxRate and maxRateTimeWindow. */
  rateRequests: 1500,
  rateWindowMs: 300_000,
  /** Failed logins of one name and address within the window before 429. */
  loginFailures: 50,
  /** sessionLongLifeTime: a session that slept longer is gone. */
  sessionIdleMs: 7 * 24 * 3600 * 1000,
  sessions: 50_000,
  generatedPeople: 200_000,
} as const;
