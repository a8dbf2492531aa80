CREATE TABLE snippet (
	id         INTEGER PRIMARY KEY AUTOINCREMENT, -- the id of a removed one stays free for bringing it back
	title      TEXT NOT NULL,
	folded     TEXT NOT NULL, -- the title as titles are compared and sorted
	body       TEXT NOT NULL,
	tags       TEXT NOT NULL, -- JSON
	digest     BLOB NOT NULL, -- of title and body: what is imported twice is the same
	uses       INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL,
	changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX snippet_title ON snippet (folded, id);
CREATE INDEX snippet_digest ON snippet (digest);

CREATE TABLE snippet_tag (
	tag        TEXT NOT NULL,
	folded     TEXT NOT NULL, -- of the snippet's title, so that a tag's snippets are listed in order
	snippet_id INTEGER NOT NULL REFERENCES snippet (id) ON DELETE CASCADE,
	PRIMARY KEY (tag, folded, snippet_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX snippet_tag_snippet ON snippet_tag (snippet_id);

-- What of the things that can be found has changed, in order. The search index
-- follows it and drops what it has taken.
CREATE TABLE change (
	seq  INTEGER PRIMARY KEY AUTOINCREMENT,
	noun TEXT NOT NULL,
	id   INTEGER NOT NULL
) STRICT;

-- The numbers begin with the time in milliseconds: those of a file that is
-- started anew are greater than all that an index knows from the file before.
INSERT INTO sqlite_sequence (name, seq) VALUES ('change', CAST(unixepoch('subsec') * 1000 AS INTEGER));

CREATE TRIGGER snippet_added AFTER INSERT ON snippet
BEGIN INSERT INTO change (noun, id) VALUES ('snippets', new.id); END;
CREATE TRIGGER snippet_changed AFTER UPDATE OF id, title, body, tags ON snippet
BEGIN INSERT INTO change (noun, id) VALUES ('snippets', new.id); END;
CREATE TRIGGER snippet_removed AFTER DELETE ON snippet
BEGIN INSERT INTO change (noun, id) VALUES ('snippets', old.id); END;

CREATE TRIGGER note_added AFTER INSERT ON note
BEGIN INSERT INTO change (noun, id) VALUES ('notes', new.id); END;
CREATE TRIGGER note_changed AFTER UPDATE ON note
BEGIN INSERT INTO change (noun, id) VALUES ('notes', new.id); END;
CREATE TRIGGER note_removed AFTER DELETE ON note
BEGIN INSERT INTO change (noun, id) VALUES ('notes', old.id); END;

CREATE TRIGGER customer_added AFTER INSERT ON customer
BEGIN INSERT INTO change (noun, id) VALUES ('customers', new.id); END;
CREATE TRIGGER customer_changed AFTER UPDATE OF name ON customer
BEGIN INSERT INTO change (noun, id) VALUES ('customers', new.id); END;
CREATE TRIGGER customer_removed AFTER DELETE ON customer
BEGIN INSERT INTO change (noun, id) VALUES ('customers', old.id); END;

-- A customer is also found by the addresses and logins of the accesses.
CREATE TRIGGER credential_added AFTER INSERT ON credential
BEGIN INSERT INTO change (noun, id) VALUES ('customers', new.customer_id); END;
CREATE TRIGGER credential_changed AFTER UPDATE OF customer_id, kind, address, login ON credential
BEGIN INSERT INTO change (noun, id) SELECT 'customers', old.customer_id UNION SELECT 'customers', new.customer_id; END;
CREATE TRIGGER credential_removed AFTER DELETE ON credential
BEGIN INSERT INTO change (noun, id) VALUES ('customers', old.customer_id); END;

-- What was opened from the answer to a query, so that it comes sooner next time.
CREATE TABLE opened (
	noun  TEXT NOT NULL,
	id    INTEGER NOT NULL,
	query TEXT NOT NULL,
	times INTEGER NOT NULL,
	at    INTEGER NOT NULL,
	PRIMARY KEY (noun, id, query)
) STRICT, WITHOUT ROWID;

CREATE INDEX opened_at ON opened (at);
