import type { FolderId, Message, MessageContent, MessageId } from '../../../store/index.ts';
import type { Download } from './download.ts';
import { downloadLimits } from './limits.ts';

/** A message with all of it; `gone`: not in the folder any more; `unavailable`: its content cannot be had now. */
export type LoadedMessage = { readonly message: Message; readonly content: MessageContent } | 'gone' | 'unavailable';

/** Reads messages of a folder and their contents; what cannot be had is told to the operator. Never rejects. */
export function messageLoader(download: Download, folderId: FolderId): (id: MessageId) => Promise<LoadedMessage> {
  const { mailbox } = download;
  let failures = 0;
  return async (id) => {
    try {
      const message = await mailbox.message(id);
      if (message === undefined || message.folderId !== folderId) return 'gone';
      const isRemote = message.contentState === 'remote';
      if (isRemote && failures >= downloadLimits.failuresInARow) return 'unavailable';
      try {
        const content = await mailbox.content(message);
        if (isRemote) failures = 0;
        return { message, content };
      } catch (error) {
        if ((await mailbox.message(id)) === undefined) return 'gone';
        if (isRemote) failures += 1;
        throw error;
      }
    } catch (error) {
      download.report(error);
      return 'unavailable';
    }
  };
}
