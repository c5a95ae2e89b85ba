/** Longest that closing may take before the process ends all the same; the promise is five seconds. */
const closingMs = 4_500;

/** Waits for SIGTERM or SIGINT, closes, and gives the exit status. */
export async function runUntilSignal(close: () => Promise<void>): Promise<number> {
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  const late = setTimeout(() => {
    process.stderr.write('oxbow: something did not end in time; everything accepted is in the database\n');
    process.exit(0);
  }, closingMs);
  await close();
  clearTimeout(late);
  return 0;
}
