package bridge

import (
	"context"

	"opora/backend/opora"
)

// Customers are the people and firms that the operators help.
type Customers struct{ app *App }

// List gives the customers whose name, or an address or login of whose
// accesses, contains the query; all of them for an empty one.
func (c *Customers) List(query string) ([]opora.Customer, error) {
	d, err := c.app.Desk()
	if err != nil {
		return nil, err
	}
	return d.DB.Customers(context.Background(), query)
}

// Find gives one customer.
func (c *Customers) Find(id int64) (opora.Customer, error) {
	d, err := c.app.Desk()
	if err != nil {
		return opora.Customer{}, err
	}
	return d.DB.Customer(context.Background(), id)
}

// Add makes a customer.
func (c *Customers) Add(name string) (opora.Customer, error) {
	d, err := c.app.Desk()
	if err != nil {
		return opora.Customer{}, err
	}
	customer, err := d.DB.AddCustomer(context.Background(), name)
	return customer, c.app.changed(err, "customers")
}

// Rename gives a customer another name.
func (c *Customers) Rename(id int64, name string) error {
	d, err := c.app.Desk()
	if err != nil {
		return err
	}
	return c.app.changed(d.DB.RenameCustomer(context.Background(), id, name), "customers")
}

// changed tells the page what to read again, unless the change failed.
func (a *App) changed(err error, noun string) error {
	if err == nil {
		a.emit(EventChanged, noun)
	}
	return err
}
