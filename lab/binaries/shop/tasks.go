// The roles that do one thing and end: two CronJobs and a Job.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

const taskSeconds = 30 * time.Second

// runReport sums the last hour up in the database, for a CronJob. Its address comes whole, login and all, from a Secret.
func runReport(ctx context.Context, _ []string) error {
	settings, err := needed("DATABASE_URL")
	if err != nil {
		return err
	}
	return withDatabase(ctx, settings["DATABASE_URL"], func(ctx context.Context, database *pgx.Conn) error {
		const statement = `insert into reports (made_at, orders, items) select now(), count(distinct o.id), coalesce(sum(i.quantity), 0)
			from orders o join order_items i on i.order_id = o.id where o.created_at > now() - interval '1 hour'`
		_, err := database.Exec(ctx, statement)
		return err
	})
}

// runSchema looks whether the tables are there, for a Job that runs once.
func runSchema(ctx context.Context, tables []string) error {
	settings, err := needed("DATABASE_URL")
	if err != nil {
		return err
	}
	return withDatabase(ctx, settings["DATABASE_URL"], func(ctx context.Context, database *pgx.Conn) error {
		for _, table := range tables {
			var found bool
			if err := database.QueryRow(ctx, "select to_regclass($1) is not null", table).Scan(&found); err != nil {
				return err
			}
			if !found {
				return fmt.Errorf("there is no table %s", table)
			}
		}
		slog.Info("all tables are there", "tables", len(tables))
		return nil
	})
}

func withDatabase(ctx context.Context, place string, work func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, taskSeconds)
	defer cancel()
	database, err := pgx.Connect(ctx, place)
	if err != nil {
		return err
	}
	defer database.Close(ctx)
	return work(ctx, database)
}

// runRestock orders what was sold, for a CronJob of the warehouse: it reads the shop's API in the other namespace.
func runRestock(ctx context.Context, _ []string) error {
	settings, err := needed("API_URL", "STOCK_URL")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, taskSeconds)
	defer cancel()
	var sold summary
	if err := getJSON(ctx, settings["API_URL"]+"/orders/summary", &sold); err != nil {
		return err
	}
	slog.Info("restocking", "last order", sold.Last)
	return postJSON(ctx, settings["STOCK_URL"]+"/movements", movement{sold.Last%100 + 1, 10, "restock"})
}
