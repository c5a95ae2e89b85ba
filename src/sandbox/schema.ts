/**
 * A mail is a row of `mail` (its place: folder, UID, flags) that points to a `content` (what never changes); a content
 * leaves with its last mail. The counters of folders are kept by triggers, so that `examine` reads one row.
 */
export const schema = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS person (
  id INTEGER PRIMARY KEY,
  login TEXT NOT NULL UNIQUE,
  password TEXT NOT NULL,
  address TEXT NOT NULL,
  aliases TEXT NOT NULL,
  display_name TEXT NOT NULL,
  locale TEXT NOT NULL,
  timezone TEXT NOT NULL,
  admin INTEGER NOT NULL,
  contact_id INTEGER NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE IF NOT EXISTS address (
  address TEXT NOT NULL,
  kind TEXT NOT NULL,
  entity INTEGER NOT NULL,
  PRIMARY KEY (address, kind, entity)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS member_group (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, display_name TEXT NOT NULL, address TEXT, modified INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS member (
  member_group INTEGER NOT NULL, person INTEGER NOT NULL, PRIMARY KEY (member_group, person)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS member_person ON member (person);
CREATE TABLE IF NOT EXISTS resource (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, display_name TEXT NOT NULL, address TEXT NOT NULL,
  availability INTEGER NOT NULL, description TEXT, modified INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS deputy (
  id TEXT PRIMARY KEY, owner INTEGER NOT NULL, person INTEGER NOT NULL, on_behalf INTEGER NOT NULL,
  permissions TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deputy_person ON deputy (person);
CREATE INDEX IF NOT EXISTS deputy_owner ON deputy (owner);

CREATE TABLE IF NOT EXISTS contact (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  folder INTEGER NOT NULL,
  person INTEGER,
  sort_name TEXT NOT NULL,
  fields TEXT NOT NULL,
  image BLOB,
  created INTEGER NOT NULL, created_by INTEGER NOT NULL,
  modified INTEGER NOT NULL, modified_by INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS contact_modified ON contact (folder, modified);
CREATE INDEX IF NOT EXISTS contact_sorted ON contact (folder, sort_name);
CREATE INDEX IF NOT EXISTS contact_person ON contact (person);

CREATE TABLE IF NOT EXISTS task (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL,
  fields TEXT NOT NULL,
  created INTEGER NOT NULL, created_by INTEGER NOT NULL,
  modified INTEGER NOT NULL, modified_by INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS task_place (
  task INTEGER NOT NULL REFERENCES task ON DELETE CASCADE, folder INTEGER NOT NULL, modified INTEGER NOT NULL,
  PRIMARY KEY (task, folder)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS task_place_modified ON task_place (folder, modified);

CREATE TABLE IF NOT EXISTS event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  series INTEGER,
  recurrence TEXT,
  uid TEXT NOT NULL,
  public_folder INTEGER,
  body TEXT NOT NULL,
  first INTEGER NOT NULL, last INTEGER,
  created INTEGER NOT NULL, created_by INTEGER NOT NULL,
  modified INTEGER NOT NULL, modified_by INTEGER NOT NULL,
  stamp INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS event_series ON event (series);
CREATE INDEX IF NOT EXISTS event_uid ON event (uid);
CREATE TABLE IF NOT EXISTS event_place (
  event INTEGER NOT NULL REFERENCES event ON DELETE CASCADE, folder INTEGER NOT NULL, stamp INTEGER NOT NULL,
  PRIMARY KEY (event, folder)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS event_place_stamp ON event_place (folder, stamp);
CREATE TABLE IF NOT EXISTS event_resource (
  event INTEGER NOT NULL REFERENCES event ON DELETE CASCADE, resource INTEGER NOT NULL,
  PRIMARY KEY (resource, event)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS event_resource_event ON event_resource (event);

CREATE TABLE IF NOT EXISTS attachment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  module INTEGER NOT NULL, attached INTEGER NOT NULL,
  name TEXT NOT NULL, type TEXT NOT NULL, rtf INTEGER NOT NULL, content BLOB NOT NULL,
  created INTEGER NOT NULL, created_by INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS attachment_attached ON attachment (module, attached);

CREATE TABLE IF NOT EXISTS tombstone (
  module TEXT NOT NULL, folder INTEGER NOT NULL, id INTEGER NOT NULL, stamp INTEGER NOT NULL, uid TEXT,
  PRIMARY KEY (module, folder, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tombstone_stamp ON tombstone (module, folder, stamp);

CREATE TABLE IF NOT EXISTS folder (
  id INTEGER PRIMARY KEY,
  parent INTEGER NOT NULL,
  owner INTEGER,
  title TEXT NOT NULL,
  module TEXT NOT NULL,
  type INTEGER NOT NULL,
  standard INTEGER NOT NULL DEFAULT 0,
  subscribed INTEGER NOT NULL DEFAULT 1,
  meta TEXT,
  created INTEGER NOT NULL, created_by INTEGER NOT NULL,
  modified INTEGER NOT NULL, modified_by INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS folder_parent ON folder (parent);
CREATE INDEX IF NOT EXISTS folder_owner ON folder (owner);
CREATE INDEX IF NOT EXISTS folder_modified ON folder (modified);
CREATE TABLE IF NOT EXISTS permission (
  folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
  entity INTEGER NOT NULL, is_group INTEGER NOT NULL, bits INTEGER NOT NULL,
  PRIMARY KEY (folder, is_group, entity)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS permission_entity ON permission (is_group, entity);
CREATE TABLE IF NOT EXISTS folder_tombstone (
  stamp INTEGER NOT NULL, id TEXT NOT NULL, person INTEGER, mail INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS folder_tombstone_stamp ON folder_tombstone (stamp);

CREATE TABLE IF NOT EXISTS mail_folder (
  id INTEGER PRIMARY KEY,
  owner INTEGER NOT NULL,
  path TEXT NOT NULL,
  parent INTEGER REFERENCES mail_folder ON DELETE CASCADE,
  name TEXT NOT NULL,
  standard INTEGER NOT NULL DEFAULT 0,
  subscribed INTEGER NOT NULL DEFAULT 1,
  validity INTEGER NOT NULL,
  next INTEGER NOT NULL DEFAULT 1,
  total INTEGER NOT NULL DEFAULT 0,
  unread INTEGER NOT NULL DEFAULT 0,
  modified INTEGER NOT NULL,
  UNIQUE (owner, path)
);
CREATE INDEX IF NOT EXISTS mail_folder_parent ON mail_folder (parent);
CREATE INDEX IF NOT EXISTS mail_folder_modified ON mail_folder (owner, modified);
CREATE TABLE IF NOT EXISTS mail_acl (
  folder INTEGER NOT NULL REFERENCES mail_folder ON DELETE CASCADE,
  person INTEGER NOT NULL, rights TEXT NOT NULL,
  PRIMARY KEY (folder, person)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS mail_acl_person ON mail_acl (person);

CREATE TABLE IF NOT EXISTS content (
  id INTEGER PRIMARY KEY,
  message_id TEXT, subject TEXT NOT NULL, sent INTEGER, size INTEGER NOT NULL, attachment INTEGER NOT NULL,
  priority INTEGER NOT NULL, envelope TEXT NOT NULL, header BLOB NOT NULL, raw BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS content_message_id ON content (message_id);
CREATE TABLE IF NOT EXISTS mail (
  folder INTEGER NOT NULL REFERENCES mail_folder ON DELETE CASCADE,
  uid INTEGER NOT NULL,
  content INTEGER NOT NULL REFERENCES content,
  received INTEGER NOT NULL, flags INTEGER NOT NULL, color INTEGER NOT NULL, keywords TEXT, reference TEXT,
  PRIMARY KEY (folder, uid)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS mail_received ON mail (folder, received, uid);
CREATE INDEX IF NOT EXISTS mail_content ON mail (content);
CREATE INDEX IF NOT EXISTS mail_unseen ON mail (folder, received, uid) WHERE flags & 32 = 0;

CREATE TRIGGER IF NOT EXISTS mail_added AFTER INSERT ON mail BEGIN
  UPDATE mail_folder SET total = total + 1, unread = unread + (new.flags & 32 = 0) WHERE id = new.folder;
END;
CREATE TRIGGER IF NOT EXISTS mail_changed AFTER UPDATE OF flags ON mail WHEN (old.flags & 32) <> (new.flags & 32) BEGIN
  UPDATE mail_folder SET unread = unread + (new.flags & 32 = 0) - (old.flags & 32 = 0) WHERE id = new.folder;
END;
CREATE TRIGGER IF NOT EXISTS mail_removed AFTER DELETE ON mail BEGIN
  UPDATE mail_folder SET total = total - 1, unread = unread - (old.flags & 32 = 0) WHERE id = old.folder;
  DELETE FROM content WHERE id = old.content AND NOT EXISTS (SELECT 1 FROM mail WHERE content = old.content);
END;

CREATE TABLE IF NOT EXISTS outgoing (
  id INTEGER PRIMARY KEY AUTOINCREMENT, stamp INTEGER NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL,
  raw BLOB NOT NULL
);
`;
