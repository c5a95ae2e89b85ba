export { type Configuration, ConfigurationError, checkConfiguration, readConfiguration } from './config.ts';
export { type RunningServer, type StartOptions, startServer } from './start.ts';
export { startTrial, type TrialOptions } from './trial.ts';
