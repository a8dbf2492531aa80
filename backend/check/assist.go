package check

import (
	"context"

	"opora/backend/opora"
)

// Assisted is a Checker that can hand a check over to the operator: it opens a
// throw-away window with the fields filled in, and the operator goes on by hand
// where a machine must not or cannot.
type Assisted interface {
	Checker
	// Assist is like Check, but shows its window and waits for the operator.
	// It judges what the window shows, by the same proof, until that decides,
	// the operator gives a word, the window is closed, or ctx ends. Each word
	// is received at most once.
	Assist(ctx context.Context, session *Session, credential opora.Credential, secrets opora.Secrets, words <-chan opora.Word) opora.Finding
}

// Recipes remembers what operators have shown or said about a site. What is
// remembered says where to look; it never decides a verdict.
type Recipes interface {
	// Recipe gives what is known about an origin ("https://host:port"), or the
	// zero recipe.
	Recipe(ctx context.Context, site string) (opora.Recipe, error)
	// NoteRecipe keeps a recipe in the place of an older one for the same site.
	NoteRecipe(ctx context.Context, recipe opora.Recipe) error
}
