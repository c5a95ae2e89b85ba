import type { BuiltFile } from '../mime/build.ts';

/** Who writes: one of three colleagues (0, 1, 2) or somebody outside. */
export type Who = 0 | 1 | 2 | string;

/** A mail of a conversation; it answers the one before it, or sends it along with `forward`. */
export interface Line {
  readonly from: Who;
  readonly to: readonly Who[];
  readonly cc?: readonly Who[];
  readonly hoursAgo: number;
  readonly text: string;
  readonly html?: string;
  readonly files?: readonly BuiltFile[];
  /** Sends the mail before it along whole, in place of answering it. */
  readonly forward?: boolean;
  /** X-Priority. */
  readonly priority?: number;
  /** Marks on the copies of those who got it. */
  readonly unread?: boolean;
  readonly flagged?: boolean;
  readonly color?: number;
}

export interface Conversation {
  readonly subject: string;
  /** Where those who got it keep it; the inbox when left out. */
  readonly folder?: string;
  readonly lines: readonly Line[];
}

/** A mail of one mailbox only. */
export interface Single {
  readonly folder: string;
  readonly from: string | 'me';
  readonly to?: readonly string[];
  readonly subject: string;
  readonly hoursAgo: number;
  readonly text: string;
  readonly html?: string;
  readonly unread?: boolean;
  readonly flagged?: boolean;
  readonly color?: number;
  readonly draft?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export const day = 24;

export const outsiders = {
  petra: 'Petra Löffler <petra.loeffler@druckhaus-sued.example>',
  martin: 'Martin Vogt <m.vogt@stadtwerke.example>',
  emily: 'Emily Carter <emily.carter@harbourworks.example>',
  kenji: 'Kenji Tanaka <tanaka@nishi-trading.example>',
  tax: 'Kanzlei Brömmel & Partner <kanzlei@broemmel.example>',
  travel: 'Reisebüro Weitblick <buchung@weitblick.example>',
} as const;
