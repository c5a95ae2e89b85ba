export { type AnnouncedServices, type AutodiscoverOptions, autodiscover, autodiscoverJson } from './plugin.ts';
export { outlookSchema } from './response.ts';
