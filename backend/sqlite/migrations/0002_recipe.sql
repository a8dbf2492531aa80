-- What operators have shown or said about a site: where its door is and what
-- its fields are called. No login and no secret.
CREATE TABLE recipe (
	site           TEXT PRIMARY KEY, -- origin
	door           TEXT NOT NULL,
	user_field     TEXT NOT NULL,
	password_field TEXT NOT NULL,
	inside         TEXT NOT NULL,
	updated_at     INTEGER NOT NULL
) STRICT;
