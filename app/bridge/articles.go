package bridge

import (
	"context"

	"opora/app/desk"
	"opora/backend/opora"
)

// Articles are the knowledge base.
type Articles struct{ app *App }

// Sources lists where the articles come from.
func (a *Articles) Sources() ([]opora.Source, error) {
	d, err := a.app.Desk()
	if err != nil {
		return nil, err
	}
	return d.Library.Sources(context.Background())
}

// List gives count articles of a source, 0 for all, from one on.
func (a *Articles) List(source int64, from, count int) ([]opora.Article, error) {
	d, err := a.app.Desk()
	if err != nil {
		return nil, err
	}
	return d.Library.Articles(context.Background(), source, from, count)
}

// Show gives an article with its content.
func (a *Articles) Show(id int64) (opora.Page, error) {
	d, err := a.app.Desk()
	if err != nil {
		return opora.Page{}, err
	}
	return d.Library.Page(context.Background(), id)
}

// Follow says where a link of an article leads.
func (a *Articles) Follow(id int64, to string) (desk.Target, error) {
	d, err := a.app.Desk()
	if err != nil {
		return desk.Target{}, err
	}
	return d.Library.Follow(context.Background(), id, to)
}

// Visit opens where a link of an article leads in the system's browser.
func (a *Articles) Visit(id int64, to string) error {
	target, err := a.Follow(id, to)
	if err != nil {
		return err
	}
	if target.Address == "" || a.app.Outside == nil {
		return opora.LinkRefused
	}
	return a.app.Outside(target.Address)
}

// ImportFolder and ImportFile let the operator choose what to import; they give
// a source without an id when nothing was chosen.
func (a *Articles) ImportFolder() (opora.Source, error) { return a.chosen(ChooseFolder) }

// ImportFile is [Articles.ImportFolder] for an archive or an export.
func (a *Articles) ImportFile() (opora.Source, error) { return a.chosen(ChooseFile) }

func (a *Articles) chosen(what Choice) (opora.Source, error) {
	d, path, err := a.app.chosen(what)
	if err != nil || path == "" {
		return opora.Source{}, err
	}
	return d.Library.Import(context.Background(), path)
}

// ImportSite begins to import a site or a help centre by its http or https
// address.
func (a *Articles) ImportSite(address string) (opora.Source, error) {
	d, err := a.app.Desk()
	if err != nil {
		return opora.Source{}, err
	}
	address, err = desk.SiteAddress(address)
	if err != nil {
		return opora.Source{}, err
	}
	return d.Library.Import(context.Background(), address)
}

// Update imports a source again.
func (a *Articles) Update(source int64) error {
	d, err := a.app.Desk()
	if err != nil {
		return err
	}
	return d.Library.Update(context.Background(), source)
}

// Stop ends an import.
func (a *Articles) Stop(source int64) error {
	d, err := a.app.Desk()
	if err == nil {
		d.Library.Stop(source)
	}
	return err
}

// Importing lists the imports under way.
func (a *Articles) Importing() ([]opora.Progress, error) {
	d, err := a.app.Desk()
	if err != nil {
		return nil, err
	}
	return d.Library.Importing(), nil
}

// Remove removes a source with its articles.
func (a *Articles) Remove(source int64) error {
	d, err := a.app.Desk()
	if err != nil {
		return err
	}
	return a.app.changed(d.Library.Remove(context.Background(), source), "sources")
}

// CopyCode copies a block of code, by its number in the article, from 0.
func (a *Articles) CopyCode(id int64, block int) error {
	d, err := a.app.Desk()
	if err != nil {
		return err
	}
	return d.Library.CopyCode(context.Background(), id, block)
}

// CopyPassage copies what was marked in an article.
func (a *Articles) CopyPassage(id int64, text, anchor string, code bool) error {
	d, err := a.app.Desk()
	if err != nil {
		return err
	}
	return d.Library.CopyPassage(context.Background(), id, text, anchor, code)
}

// CopyAddress copies the public address of an article, or of a place in it.
func (a *Articles) CopyAddress(id int64, anchor string) error {
	d, err := a.app.Desk()
	if err != nil {
		return err
	}
	return d.Library.CopyAddress(context.Background(), id, anchor)
}
