CREATE TABLE customer (
	id         INTEGER PRIMARY KEY,
	name       TEXT NOT NULL UNIQUE,
	folded     TEXT NOT NULL, -- the name in one case, for searching: SQLite folds ASCII only
	created_at INTEGER NOT NULL,
	changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE credential (
	id          INTEGER PRIMARY KEY,
	customer_id INTEGER NOT NULL REFERENCES customer (id),
	kind        TEXT NOT NULL,
	address     TEXT NOT NULL,
	login       TEXT NOT NULL,
	options     TEXT NOT NULL,
	secret_ref  TEXT UNIQUE, -- NULL once forgotten
	has_key     INTEGER NOT NULL,
	missing     INTEGER NOT NULL DEFAULT 0,
	proven      INTEGER NOT NULL,
	last_check  TEXT NOT NULL,
	created_at  INTEGER NOT NULL,
	changed_at  INTEGER NOT NULL,
	UNIQUE (customer_id, kind, address, login)
) STRICT;

CREATE TABLE note (
	id            INTEGER PRIMARY KEY,
	customer_id   INTEGER NOT NULL REFERENCES customer (id),
	credential_id INTEGER REFERENCES credential (id),
	at            INTEGER NOT NULL,
	author        TEXT NOT NULL,
	text          TEXT NOT NULL,
	kind          TEXT NOT NULL,
	address       TEXT NOT NULL,
	login         TEXT NOT NULL,
	proven        INTEGER NOT NULL,
	check_id      TEXT UNIQUE, -- one note per check, whatever is repeated; NULL for a free remark
	made_check    TEXT NOT NULL
) STRICT;

CREATE INDEX note_customer ON note (customer_id, at);
CREATE INDEX note_credential ON note (credential_id);

-- A keyring item that is about to be written or about to be deleted. It is
-- committed before the keyring is touched and goes when both sides agree: the
-- keyring cannot list its items, so this is the only list of what may be there.
CREATE TABLE intent (
	ref TEXT PRIMARY KEY,
	at  INTEGER NOT NULL
) STRICT;

-- What is too large for every system's keyring, encrypted with a key that the
-- keyring holds under the same ref.
CREATE TABLE sealed (
	ref        TEXT PRIMARY KEY,
	ciphertext BLOB NOT NULL
) STRICT;

CREATE TABLE attempt (
	id      INTEGER PRIMARY KEY,
	host    TEXT NOT NULL,
	login   TEXT NOT NULL,
	at      INTEGER NOT NULL,
	verdict TEXT NOT NULL DEFAULT '' -- empty when the program ended before the answer
) STRICT;

CREATE INDEX attempt_account ON attempt (host, login, at);

CREATE TABLE host_key (
	address     TEXT PRIMARY KEY,
	fingerprint TEXT NOT NULL,
	at          INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL -- JSON
) STRICT;

CREATE TABLE secret_use (
	id            INTEGER PRIMARY KEY,
	credential_id INTEGER NOT NULL REFERENCES credential (id),
	at            INTEGER NOT NULL,
	action        TEXT NOT NULL
) STRICT;

CREATE INDEX secret_use_credential ON secret_use (credential_id, at);
