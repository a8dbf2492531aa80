package command

import (
	"flag"
	"time"
)

// recipeLine is what is remembered about one site.
type recipeLine struct {
	Site          string    `json:"site"`
	Door          string    `json:"door"`
	UserField     string    `json:"user_field"`
	PasswordField string    `json:"password_field"`
	Inside        string    `json:"inside"`
	UpdatedAt     time.Time `json:"updated_at"`
}

func recipes(e *env, flags *flag.FlagSet, args []string) error {
	if err := e.parse(flags, args); err != nil {
		return err
	}
	forget := len(e.args) == 2 && e.args[0] == "forget"
	if len(e.args) > 0 && !forget {
		return &usageError{"recipes takes nothing, or forget SITE: a site as the list shows it"}
	}
	d, err := e.open()
	if err != nil {
		return err
	}
	defer d.Close()
	if forget {
		return d.DB.ForgetRecipe(e.ctx, e.args[1])
	}
	list, err := d.DB.Recipes(e.ctx)
	if err != nil {
		return err
	}
	out := newResults(e.out)
	for _, r := range list {
		out.write(recipeLine(r))
	}
	return out.err
}
