package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"opora/backend/opora"
)

const selectCustomer = `SELECT id, name, created_at, changed_at,
	(SELECT count(*) FROM credential WHERE customer_id = customer.id AND secret_ref IS NOT NULL) FROM customer `

// Customers lists those whose name contains the query, in any case, the latest
// change first. An empty query lists all.
func (db *DB) Customers(ctx context.Context, query string) ([]opora.Customer, error) {
	// instr and not LIKE: a query may contain % and _.
	return list(ctx, db, scanCustomer, selectCustomer+`WHERE instr(folded, ?) > 0 ORDER BY changed_at DESC, id DESC`, fold(query))
}

// Customer finds one by id.
func (db *DB) Customer(ctx context.Context, id int64) (opora.Customer, error) {
	customer, err := scanCustomer(db.pool.QueryRowContext(ctx, selectCustomer+`WHERE id = ?`, id))
	if err != nil {
		return opora.Customer{}, fmt.Errorf("customer %d: %w", id, db.failure(err))
	}
	return customer, nil
}

// CustomerNamed finds one by the exact name or, failing that, by the id written
// as a number.
func (db *DB) CustomerNamed(ctx context.Context, nameOrID string) (opora.Customer, error) {
	nameOrID = strings.TrimSpace(nameOrID)
	id, _ := strconv.ParseInt(nameOrID, 10, 64)
	customer, err := scanCustomer(db.pool.QueryRowContext(ctx,
		selectCustomer+`WHERE name = ?1 OR id = ?2 ORDER BY name = ?1 DESC LIMIT 1`, nameOrID, id))
	if err != nil {
		return opora.Customer{}, fmt.Errorf("customer by name: %w", db.failure(err))
	}
	return customer, nil
}

// AddCustomer adds one. It fails with [opora.NameTaken] when there is one of
// that very name.
func (db *DB) AddCustomer(ctx context.Context, name string) (opora.Customer, error) {
	customer := opora.Customer{Name: strings.TrimSpace(name), CreatedAt: fromMillis(millis(db.now()))}
	customer.ChangedAt = customer.CreatedAt
	if err := customer.Validate(); err != nil {
		return opora.Customer{}, err
	}
	err := db.write(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `INSERT INTO customer (name, folded, created_at, changed_at) VALUES (?, ?, ?3, ?3) RETURNING id`,
			customer.Name, fold(customer.Name), millis(customer.CreatedAt)).Scan(&customer.ID)
	})
	if unique(err) {
		err = &opora.FieldError{Field: "name", Code: opora.NameTaken}
	}
	if err != nil {
		return opora.Customer{}, fmt.Errorf("add customer: %w", err)
	}
	return customer, nil
}

// RenameCustomer gives a customer another name.
func (db *DB) RenameCustomer(ctx context.Context, id int64, name string) error {
	name = strings.TrimSpace(name)
	if err := (opora.Customer{Name: name}).Validate(); err != nil {
		return err
	}
	err := db.exec(ctx, `UPDATE customer SET name = ?, folded = ? WHERE id = ?`, name, fold(name), id)
	if unique(err) {
		err = &opora.FieldError{Field: "name", Code: opora.NameTaken}
	}
	if err != nil {
		return fmt.Errorf("rename customer %d: %w", id, err)
	}
	return nil
}

// touch marks a customer as changed.
func touch(ctx context.Context, tx *sql.Tx, customerID, now int64) error {
	if err := execOne(ctx, tx, `UPDATE customer SET changed_at = max(changed_at, ?) WHERE id = ?`, now, customerID); err != nil {
		return fmt.Errorf("customer %d: %w", customerID, err)
	}
	return nil
}

func scanCustomer(row scanner) (opora.Customer, error) {
	var c opora.Customer
	var created, changed int64
	err := row.Scan(&c.ID, &c.Name, &created, &changed, &c.Accesses)
	c.CreatedAt, c.ChangedAt = fromMillis(created), fromMillis(changed)
	return c, err
}

// fold brings a name to the form in which names are compared: one case, single
// spaces, ё as е, as people type it.
func fold(name string) string {
	name = strings.ToLower(strings.Join(strings.Fields(name), " "))
	return strings.ReplaceAll(name, "ё", "е")
}
