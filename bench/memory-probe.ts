// Loaded into the server by the benchmarks that ask for memory: SIGUSR2 collects garbage and prints what is left.
const collect = (globalThis as { gc?: () => void }).gc;

process.on('SIGUSR2', () => {
  collect?.();
  collect?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.stdout.write(`memory ${JSON.stringify({ rss, held: heapUsed + external })}\n`);
});
