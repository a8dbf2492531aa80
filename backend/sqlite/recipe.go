package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"opora/backend/check"
	"opora/backend/opora"
)

var _ check.Recipes = (*DB)(nil)

const selectRecipe = `SELECT site, door, user_field, password_field, inside, updated_at FROM recipe `

// Recipe gives what is known about an origin, or the zero recipe.
func (db *DB) Recipe(ctx context.Context, site string) (opora.Recipe, error) {
	recipe, err := scanRecipe(db.pool.QueryRowContext(ctx, selectRecipe+`WHERE site = ?`, site))
	if errors.Is(err, sql.ErrNoRows) {
		return opora.Recipe{}, nil
	}
	if err != nil {
		return opora.Recipe{}, fmt.Errorf("recipe: %w", db.failure(err))
	}
	return recipe, nil
}

// Recipes lists every site that something is known about, the newest first.
func (db *DB) Recipes(ctx context.Context) ([]opora.Recipe, error) {
	return list(ctx, db, scanRecipe, selectRecipe+`ORDER BY updated_at DESC, site`)
}

// NoteRecipe keeps a recipe in the place of an older one for the same site. Its
// texts come from pages, so one that is longer than an address is refused.
func (db *DB) NoteRecipe(ctx context.Context, recipe opora.Recipe) error {
	if recipe.Site == "" {
		return &opora.FieldError{Field: "site", Code: opora.AddressMissing}
	}
	for _, text := range []struct{ field, value string }{
		{"site", recipe.Site}, {"door", recipe.Door}, {"userField", recipe.UserField}, {"passwordField", recipe.PasswordField}, {"inside", recipe.Inside},
	} {
		if len(text.value) > opora.MaxAddress {
			return &opora.FieldError{Field: text.field, Code: opora.TooLong}
		}
	}
	err := db.exec(ctx, `INSERT INTO recipe (site, door, user_field, password_field, inside, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT (site) DO UPDATE SET door = ?2, user_field = ?3, password_field = ?4, inside = ?5, updated_at = ?6`,
		recipe.Site, recipe.Door, recipe.UserField, recipe.PasswordField, recipe.Inside, millis(recipe.UpdatedAt))
	if err != nil {
		return fmt.Errorf("recipe: %w", err)
	}
	return nil
}

// ForgetRecipe drops what is known about a site; it fails with [opora.NotFound]
// when nothing is.
func (db *DB) ForgetRecipe(ctx context.Context, site string) error {
	if err := db.exec(ctx, `DELETE FROM recipe WHERE site = ?`, site); err != nil {
		return fmt.Errorf("recipe: %w", err)
	}
	return nil
}

func scanRecipe(row scanner) (opora.Recipe, error) {
	var r opora.Recipe
	var at int64
	err := row.Scan(&r.Site, &r.Door, &r.UserField, &r.PasswordField, &r.Inside, &at)
	r.UpdatedAt = fromMillis(at)
	return r, err
}
