import { decodeReplGuidIdSet, ec, MapiError } from '../../../mapi/index.ts';
import { compileRestriction } from '../../../store/index.ts';
import { WireError } from '../../../wire/index.ts';
import { fastTransferLimits, icsStateProperty, sendOptions, textForm } from '../../fasttransfer/index.ts';
import type { RopContext } from '../context.ts';
import type { HandlerOf } from '../definition.ts';
import type {
  RopSynchronizationConfigure,
  RopSynchronizationGetTransferState,
  RopSynchronizationUploadStateStreamBegin,
  RopSynchronizationUploadStateStreamContinue,
  RopSynchronizationUploadStateStreamEnd,
} from '../definitions/index.ts';
import { contentsSync } from '../download/contents-sync.ts';
import { createDownload } from '../download/download.ts';
import { hierarchySync } from '../download/hierarchy-sync.ts';
import { writeState } from '../download/state.ts';
import { syncFlags, syncOptions } from '../download/sync-options.ts';
import type { CollectorObject, DownloadObject } from '../objects.ts';

/** RopSynchronizationConfigure, MS-OXCFXICS 3.2.5.9.1.1. */
export const synchronizationConfigure: HandlerOf<typeof RopSynchronizationConfigure> = (context, request) => {
  const { folderId } = context.input('folder');
  const options = syncOptions(request);
  // Refused here rather than in the middle of a download.
  if (options.restriction !== undefined) compileRestriction(options.restriction);
  const unicode = (options.flags & syncFlags.unicode) !== 0 ? sendOptions.unicode : 0;
  const { mailbox, session } = context;
  const download = createDownload({
    mailbox,
    kind: options.kind,
    form: textForm(options.sendOptions | unicode, context.codePage),
    report: (error) => session.services.report?.(error, 'RopFastTransferSourceGetBuffer'),
    write: (own, out) => (options.kind === 'contents' ? contentsSync : hierarchySync)(own, out, folderId, options),
  });
  context.setOutput({ kind: 'download', logon: context.logon, download });
  return {};
};

/** What a state is uploaded to. */
const target = (context: RopContext): CollectorObject | DownloadObject => context.input('collector', 'download');

function stateOfTarget(object: CollectorObject | DownloadObject) {
  if (object.kind === 'collector') return object.state;
  if (object.download.kind === undefined) throw new MapiError(ec.notSupported);
  // What was told to the client already went by the state before.
  if (object.download.started) throw new MapiError(ec.error);
  return object.download.state;
}

/** RopSynchronizationUploadStateStreamBegin, MS-OXCFXICS 3.2.5.9.2.1. */
export const uploadStateStreamBegin: HandlerOf<typeof RopSynchronizationUploadStateStreamBegin> = (
  context,
  { stateProperty, transferBufferSize },
) => {
  const object = target(context);
  stateOfTarget(object);
  if (object.stateUpload !== undefined || icsStateProperty(stateProperty) === undefined) {
    throw new MapiError(ec.invalidParam);
  }
  if (transferBufferSize > fastTransferLimits.stateProperty) throw new MapiError(ec.tooBig);
  object.stateUpload = { tag: stateProperty, chunks: [], size: 0 };
  return {};
};

/** RopSynchronizationUploadStateStreamContinue, MS-OXCFXICS 3.2.5.9.2.2. */
export const uploadStateStreamContinue: HandlerOf<typeof RopSynchronizationUploadStateStreamContinue> = (
  context,
  { streamData },
) => {
  const object = target(context);
  const { stateUpload } = object;
  if (stateUpload === undefined) throw new MapiError(ec.notSupported);
  const size = stateUpload.size + streamData.length;
  const { stateProperty, statePortions } = fastTransferLimits;
  if (size > stateProperty || stateUpload.chunks.length === statePortions) throw new MapiError(ec.tooBig);
  stateUpload.chunks.push(Buffer.from(streamData));
  object.stateUpload = { ...stateUpload, size };
  return {};
};

/**
 * RopSynchronizationUploadStateStreamEnd, MS-OXCFXICS 3.2.5.9.2.3. A state that is none is an error, on which clients
 * begin anew.
 */
export const uploadStateStreamEnd: HandlerOf<typeof RopSynchronizationUploadStateStreamEnd> = (context) => {
  const object = target(context);
  const state = stateOfTarget(object);
  const { stateUpload } = object;
  if (stateUpload === undefined) throw new MapiError(ec.notSupported);
  object.stateUpload = undefined;
  const part = icsStateProperty(stateUpload.tag);
  // Ids are nothing to an upload (3.2.5.2.1).
  if (part === undefined || (object.kind === 'collector' && part === 'given')) return {};
  try {
    state[part] = decodeReplGuidIdSet(Buffer.concat(stateUpload.chunks));
  } catch (error) {
    if (error instanceof WireError || error instanceof RangeError) throw new MapiError(ec.formatError, error.message);
    throw error;
  }
  return {};
};

/**
 * RopSynchronizationGetTransferState, MS-OXCFXICS 3.2.5.9.3.1: the state as it is now. That of a download is the
 * client's own until its end.
 */
export const synchronizationGetTransferState: HandlerOf<typeof RopSynchronizationGetTransferState> = (context) => {
  const object = target(context);
  const upload = object.kind === 'collector';
  const kind = upload ? (object.contents ? 'contents' : 'hierarchy') : object.download.kind;
  if (kind === undefined) throw new MapiError(ec.notSupported);
  const state = structuredStateOf(upload ? object.state : object.download.state);
  const download = createDownload({
    mailbox: context.mailbox,
    form: textForm(sendOptions.unicode, context.codePage),
    // biome-ignore lint/correctness/useYield: it all fits into the writer
    write: async function* (_download, out) {
      writeState(out, state, kind, !upload);
    },
  });
  context.setOutput({ kind: 'download', logon: context.logon, download });
  return {};
};

/** A copy, which later changes do not reach. */
function structuredStateOf(state: CollectorObject['state']): CollectorObject['state'] {
  const copy = (sets: CollectorObject['state']['given']) =>
    new Map([...sets].map(([guid, set]) => [guid, set.clone()]));
  return { given: copy(state.given), seen: copy(state.seen), seenFai: copy(state.seenFai), read: copy(state.read) };
}
