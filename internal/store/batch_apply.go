package store

import (
	"context"
	"strings"
)

// expression is SQL with its arguments, in order.
type expression struct {
	sql  strings.Builder
	args []any
}

func (e *expression) add(sql string, args ...any) {
	e.sql.WriteString(sql)
	e.args = append(e.args, args...)
}

func (e *expression) addAll(other *expression) { e.add(other.sql.String(), other.args...) }

// applyBatch writes to people whose rows are locked: first the log, which still
// sees the values before, then the attributes. Each attribute keeps the value
// with the greatest stamp.
func (q session) applyBatch(ctx context.Context, b batch, ids []int64) (BatchResult, error) {
	result := BatchResult{Matched: len(ids)}
	if len(ids) == 0 || len(b.write.names) == 0 {
		return result, nil
	}
	list := q.store.dialect.list(ids)
	expressions := batchExpressions{q.store.dialect, b.write}
	var err error
	if result.Changed, err = q.logBatch(ctx, b, expressions, list); err != nil {
		return result, err
	}
	written, err := q.writeBatch(ctx, b, expressions, list)
	if err != nil {
		return result, err
	}
	// With one attribute, people who weren't written are all there is to look for.
	if written < len(ids) || len(b.write.names) > 1 {
		result.Overtaken, err = q.countOvertaken(ctx, expressions, list)
	}
	return result, err
}

func (q session) logBatch(ctx context.Context, b batch, x batchExpressions, list any) (int, error) {
	d := q.store.dialect
	var e expression
	e.add("INSERT INTO activity_log (workspace, at, type, person, campaign, run, data) SELECT workspace, "+
		d.timeParam+", CAST(? AS text), id, CAST(? AS text), CAST(? AS text), ",
		d.time(b.update.Now), LogAttributesChanged, optional(b.update.Campaign), optional(b.update.RunID))
	x.data(&e, b.update.Node)
	e.add(" FROM people WHERE "+d.anyID+" AND ", list)
	x.changed(&e)
	e.add(" ORDER BY internal_id")
	return q.exec(ctx, e.sql.String(), e.args...)
}

func (q session) writeBatch(ctx context.Context, b batch, x batchExpressions, list any) (int, error) {
	d := q.store.dialect
	var e expression
	e.add("UPDATE people SET attributes = ")
	x.attributes(&e)
	e.add(", attribute_stamps = ")
	x.stamps(&e)
	if name := b.workspace.IdentifyingAttribute(); b.write.set[name] != nil {
		var number any
		if found := phoneOf(b.workspace, b.write.set); found != nil {
			number = *found
		}
		e.add(", phone = CASE WHEN ")
		x.fresh(&e, name)
		e.add(" THEN CAST(? AS text) ELSE phone END", number)
	}
	e.add(", updated_at = CASE WHEN ")
	x.changed(&e)
	e.add(" THEN "+d.timeParam+" ELSE updated_at END WHERE "+d.anyID+" AND (", d.time(b.update.Now), list)
	x.join(&e, " OR ", x.fresh)
	e.add(")")
	return q.exec(ctx, e.sql.String(), e.args...)
}

// countOvertaken may run after the write: whoever was written has this write's
// stamp, and isn't overtaken by it.
func (q session) countOvertaken(ctx context.Context, x batchExpressions, list any) (int, error) {
	var e expression
	e.add("SELECT count(*) FROM people WHERE "+q.store.dialect.anyID+" AND ", list)
	x.overtaken(&e)
	var overtaken int
	err := q.get(ctx, &overtaken, e.sql.String(), e.args...)
	return overtaken, err
}

// batchExpressions are what a batch update asks and writes, attribute by
// attribute. Each expression names an attribute's old state once or twice, so
// statements grow with the number of attributes and no faster.
type batchExpressions struct {
	dialect dialect
	write   write
}

func (x batchExpressions) join(e *expression, joint string, each func(*expression, string)) {
	for i, name := range x.write.names {
		if i > 0 {
			e.add(joint)
		}
		each(e, name)
	}
}

// fresh: the attribute wasn't written later than this write.
func (x batchExpressions) fresh(e *expression, name string) {
	e.add("COALESCE(attribute_stamps ->> CAST(? AS text), '')"+x.dialect.bytewise+" <= ?",
		x.dialect.key(name), string(x.write.stamp))
}

// differs: the attribute's value isn't the one to write.
func (x batchExpressions) differs(e *expression, name string) {
	if x.write.removes(name) {
		e.add("(attributes -> CAST(? AS text)) IS NOT NULL", x.dialect.key(name))
		return
	}
	e.add("CAST(attributes -> CAST(? AS text) AS text) IS DISTINCT FROM "+x.dialect.jsonValue,
		x.dialect.key(name), string(x.write.set[name]))
}

func (x batchExpressions) changed(e *expression) {
	e.add("(")
	x.join(e, " OR ", func(e *expression, name string) {
		e.add("(")
		x.fresh(e, name)
		e.add(" AND ")
		x.differs(e, name)
		e.add(")")
	})
	e.add(")")
}

func (x batchExpressions) overtaken(e *expression) {
	e.add("(")
	x.join(e, " OR ", func(e *expression, name string) {
		e.add("(NOT (")
		x.fresh(e, name)
		e.add(") AND ")
		x.differs(e, name)
		e.add(")")
	})
	e.add(")")
}

// value is the parameter of the value to write, NULL to remove.
func (x batchExpressions) value(name string) any {
	if x.write.removes(name) {
		return nil
	}
	return string(x.write.set[name])
}
