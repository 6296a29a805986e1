package postgres

import (
	"strings"

	"github.com/jackc/pgx/v5"
)

// Why the store is linearizable per key (C), at the level serializable:
//
// A write takes effect when its transaction commits, which is when snapshots taken
// from then on show it; its acknowledgement comes later. A statement's snapshot is
// taken after its call, so that it shows every write that was acknowledged before.
//
// A statement that only reads takes effect at its snapshot. That holds at every level,
// since it is one statement and so has one snapshot.
//
// A statement that writes decides by its snapshot and takes effect at its commit, so
// that what it decided by has to hold until then. Where it would not, the comment at
// the statement says who notices.
//
// All of this is about one server: a replica shows what it has replayed so far.
type statements struct {
	// table holds one row per version. The keys compare byte by byte, whatever the
	// locale of the database; the same characters in different encodings (é as one
	// code point or two) are different keys.
	table string

	// head reads the row with the greatest number. Linearizable at its snapshot.
	head string

	// compareAndSet inserts a row if the head is the expected one. Two of them that go
	// from the same head to different numbers insert different rows, so that neither the
	// primary key nor a row lock stops the second. At serializable, each has read what
	// the other writes (the greatest number of the key), and Postgres aborts one of them
	// with 40001. At the lower levels both commit: the key forks.
	// Two with the same number meet in the primary key, and the second fails with 23505
	// at an instant when the first one's row, which is above what the second expected,
	// is committed: that is a mismatch at this instant.
	// When it inserts nothing, it is a read: a mismatch at its snapshot.
	compareAndSet string

	// scan reads rows in order. Linearizable at its snapshot.
	scan string

	// truncate reads the head and deletes below the bound if that allows it; both see one
	// snapshot. A head only grows, so that a bound that is allowed at the snapshot is
	// allowed at the commit, and no row below the bound can appear in between. A row
	// that another truncation deletes in between fails this one with 40001, so that each
	// deleted row is counted once. A refusal is a read: right at its snapshot.
	truncate string

	// listKeys reads the next keys after one, by skipping from key to key in the primary
	// key's index. Keys are never removed from it, since truncation keeps the head: a
	// key that was there before the first of several such reads is there in all of them.
	listKeys string

	// exists tells whether the table is there.
	exists string
	// create makes the schema and the table.
	create []string
}

// creationLock is the advisory lock under which tables are created: IF NOT EXISTS
// alone fails when two sessions create the same thing at once.
const creationLock = 0x617373_6179 // "assay"

// tableName is the table's name in its schema.
const tableName = "consensus"

func newStatements(schema string) statements {
	table := pgx.Identifier{schema, tableName}.Sanitize()
	sql := func(text string) string { return strings.ReplaceAll(text, "TABLE_NAME", table) }
	return statements{
		table: table,
		head: sql(`SELECT sequence_number, data FROM TABLE_NAME
			WHERE key = $1 ORDER BY sequence_number DESC LIMIT 1`),
		compareAndSet: sql(`INSERT INTO TABLE_NAME (key, sequence_number, data)
			SELECT $1, $2, $3
			WHERE (SELECT max(sequence_number) FROM TABLE_NAME WHERE key = $1) IS NOT DISTINCT FROM $4`),
		scan: sql(`SELECT sequence_number, data FROM TABLE_NAME
			WHERE key = $1 AND sequence_number >= $2 ORDER BY sequence_number LIMIT $3`),
		truncate: sql(`WITH head AS (
				SELECT max(sequence_number) AS sequence_number FROM TABLE_NAME WHERE key = $1
			), deleted AS (
				DELETE FROM TABLE_NAME t USING head
				WHERE t.key = $1 AND t.sequence_number < $2 AND $2 <= head.sequence_number
				RETURNING t.sequence_number
			)
			SELECT head.sequence_number, (SELECT count(*) FROM deleted) FROM head`),
		listKeys: sql(`WITH RECURSIVE keys AS (
				(SELECT key FROM TABLE_NAME WHERE key > $1 ORDER BY key LIMIT 1)
				UNION ALL
				SELECT (SELECT t.key FROM TABLE_NAME t WHERE t.key > keys.key ORDER BY t.key LIMIT 1)
				FROM keys WHERE keys.key IS NOT NULL
			)
			SELECT key FROM keys WHERE key IS NOT NULL LIMIT $2`),
		exists: `SELECT to_regclass($1) IS NOT NULL`,
		create: []string{
			"CREATE SCHEMA IF NOT EXISTS " + pgx.Identifier{schema}.Sanitize(),
			sql(`CREATE TABLE IF NOT EXISTS TABLE_NAME (
				key text COLLATE "C" NOT NULL,
				sequence_number bigint NOT NULL,
				data bytea NOT NULL,
				PRIMARY KEY (key, sequence_number)
			)`),
		},
	}
}
