CREATE TABLE source (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	kind       TEXT NOT NULL,
	location   TEXT NOT NULL UNIQUE,
	title      TEXT NOT NULL,
	shown      INTEGER NOT NULL DEFAULT 0, -- the generation that readers see; 0 before the first
	staged     INTEGER NOT NULL DEFAULT 0, -- the generation that an import makes; 0 when none does
	articles   INTEGER NOT NULL DEFAULT 0, -- in the shown generation
	report     TEXT NOT NULL DEFAULT '{}', -- JSON
	updated_at INTEGER NOT NULL DEFAULT 0
) STRICT;

-- An article keeps its id as long as its source is kept, also when it is away
-- for a while.
CREATE TABLE article (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	source_id INTEGER NOT NULL,
	path      TEXT NOT NULL,
	UNIQUE (source_id, path)
) STRICT;

-- What an article holds, or held: rows are added and removed and never changed.
-- Every row is in a listing. What is read most comes first, so that reading it
-- does not go through the long ones.
CREATE TABLE content (
	id            INTEGER PRIMARY KEY,
	hash          TEXT NOT NULL,
	at            INTEGER NOT NULL,
	etag          TEXT NOT NULL,
	last_modified TEXT NOT NULL,
	title         TEXT NOT NULL,
	section       TEXT NOT NULL,
	tags          TEXT NOT NULL, -- JSON
	address       TEXT NOT NULL,
	changed_at    INTEGER NOT NULL,
	heads         TEXT NOT NULL, -- JSON
	text          TEXT NOT NULL,
	code          TEXT NOT NULL,
	nodes         BLOB NOT NULL -- JSON
) STRICT;

-- Which articles there are, and with which content, in a generation of a
-- source. A generation becomes visible by one number in source.
CREATE TABLE listing (
	generation INTEGER NOT NULL,
	article_id INTEGER NOT NULL,
	content_id INTEGER NOT NULL,
	place      TEXT NOT NULL, -- section and title, as they are sorted
	PRIMARY KEY (generation, article_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX listing_place ON listing (generation, place, article_id, content_id);

CREATE TABLE image (
	number INTEGER PRIMARY KEY,
	id     TEXT NOT NULL UNIQUE,
	mime   TEXT NOT NULL,
	data   BLOB NOT NULL
) STRICT;

CREATE TABLE content_image (
	content_id INTEGER NOT NULL,
	image_id   TEXT NOT NULL,
	PRIMARY KEY (content_id, image_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX content_image_image ON content_image (image_id);

CREATE TABLE change (
	seq  INTEGER PRIMARY KEY AUTOINCREMENT,
	noun TEXT NOT NULL,
	id   INTEGER NOT NULL
) STRICT;

-- See the data file's table of this name.
INSERT INTO sqlite_sequence (name, seq) VALUES ('change', CAST(unixepoch('subsec') * 1000 AS INTEGER));
