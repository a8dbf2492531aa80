package desk

import (
	"context"
	"net/url"

	"opora/backend/opora"
)

// Recipe gives what is known about the site of an access, by the address that a
// check ended on or by the one that was typed; the zero recipe where nothing is.
func (d *Desk) Recipe(ctx context.Context, final, typed string) (opora.Recipe, error) {
	for _, address := range []string{final, typed, "https://" + typed, "http://" + typed} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			continue
		}
		recipe, err := d.DB.Recipe(ctx, u.Scheme+"://"+u.Host)
		if err != nil || recipe.Site != "" {
			return recipe, err
		}
	}
	return opora.Recipe{}, nil
}
