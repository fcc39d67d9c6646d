/**
 * The case database. Records are packed per segment (see workflow/ingest/packed.ts): to this room they are opaque blobs, or,
 * of large logs, places in the item's pack file (pack-files.ts): `dictionary`, `heads` and `selected` hold texts then.
 * Evidence keeps an integer key in order of import; everything outside refers to it by its SHA-256.
 */
export const schemaVersion = 2

export const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE evidence (
  item INTEGER PRIMARY KEY,
  sha256 TEXT UNIQUE,
  name TEXT NOT NULL,
  origin TEXT NOT NULL,
  kind TEXT NOT NULL,
  host TEXT,
  size INTEGER,
  admitted_at TEXT,
  state TEXT NOT NULL CHECK (state IN ('reading', 'complete')),
  records INTEGER NOT NULL DEFAULT 0,
  events INTEGER NOT NULL DEFAULT 0,
  summary TEXT
);
CREATE TABLE segment (
  segment INTEGER PRIMARY KEY,
  item INTEGER NOT NULL REFERENCES evidence(item),
  number INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  selected INTEGER NOT NULL,
  systems TEXT NOT NULL,
  shapes TEXT NOT NULL,
  dictionary BLOB NOT NULL,
  UNIQUE (item, number)
);
CREATE TABLE block (
  segment INTEGER NOT NULL REFERENCES segment(segment),
  number INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  heads BLOB NOT NULL,
  selected BLOB NOT NULL,
  UNIQUE (segment, number)
);
CREATE TABLE problem (
  problem INTEGER PRIMARY KEY,
  item INTEGER REFERENCES evidence(item),
  code TEXT NOT NULL,
  severity TEXT NOT NULL,
  place TEXT NOT NULL,
  what TEXT NOT NULL,
  facts TEXT
);
CREATE INDEX problem_item ON problem(item);
`
