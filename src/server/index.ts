export type { ServerStatus } from './administration.ts';
export { type Configuration, ConfigurationError, checkConfiguration, readConfiguration } from './config.ts';
export { type RunningFile, type RunningServer, type StartOptions, startServer } from './start.ts';
export { startTrial, type Trial, type TrialOptions } from './trial.ts';
