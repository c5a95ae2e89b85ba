// Loaded into the server by the benchmarks that ask for memory: SIGUSR2 collects garbage and prints what is left. Plain
// JavaScript, as bin/start.mjs: TypeScript before that would bring 30 MB into what is measured.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.stdout.write(`memory ${JSON.stringify({ rss, held: heapUsed + external })}\n`);
});
