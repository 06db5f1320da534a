package store

// The two engines build documents in different ways. PostgreSQL joins objects,
// and joins an empty one where nothing is to be written. SQLite sets a member at
// a path, and sets or removes the member without a name, which nobody has, where
// nothing is to be written.

// noMember is the path of the member without a name.
const noMember = `$.""`

// attributes is the document of values after the write.
func (x batchExpressions) attributes(e *expression) {
	if x.dialect.isPostgres() {
		x.joinObjects(e, "attributes", func(e *expression, name string) {
			e.add("jsonb_build_object(CAST(? AS text), CAST(? AS jsonb))", name, x.value(name))
		})
		return
	}
	x.setMembers(e, "attributes", func(e *expression, name string) { e.add("jsonb(?)", x.value(name)) })
}

// stamps is the document of stamps after the write; removed attributes have one.
func (x batchExpressions) stamps(e *expression) {
	stamp := string(x.write.stamp)
	if x.dialect.isPostgres() {
		var inner expression
		inner.add("attribute_stamps")
		for _, name := range x.write.names {
			inner.add(" || CASE WHEN ")
			x.fresh(&inner, name)
			inner.add(" THEN jsonb_build_object(CAST(? AS text), CAST(? AS text)) ELSE '{}' END", name, stamp)
		}
		e.addAll(&inner)
		return
	}
	set := batchExpressions{x.dialect, write{set: nil, names: x.write.names, stamp: x.write.stamp}}
	set.setMembers(e, "attribute_stamps", func(e *expression, _ string) { e.add("?", stamp) })
}

func (x batchExpressions) joinObjects(e *expression, column string, object func(*expression, string)) {
	var inner expression
	inner.add("(" + column)
	for _, name := range x.write.names {
		if x.write.removes(name) {
			continue
		}
		inner.add(" || CASE WHEN ")
		x.fresh(&inner, name)
		inner.add(" THEN ")
		object(&inner, name)
		inner.add(" ELSE '{}' END")
	}
	inner.add(")")
	for _, name := range x.write.names {
		if x.write.removes(name) {
			inner.add(" - CASE WHEN ")
			x.fresh(&inner, name)
			inner.add(" THEN CAST(? AS text) ELSE '' END", name)
		}
	}
	e.addAll(&inner)
}

func (x batchExpressions) setMembers(e *expression, column string, value func(*expression, string)) {
	e.add("jsonb_remove(jsonb_set(" + column)
	for _, name := range x.write.names {
		if !x.write.removes(name) {
			e.add(", ")
			x.path(e, name)
			e.add(", ")
			value(e, name)
		}
	}
	e.add("), '" + noMember + "'")
	for _, name := range x.write.names {
		if x.write.removes(name) {
			e.add(", ")
			x.path(e, name)
		}
	}
	e.add(")")
}

func (x batchExpressions) path(e *expression, name string) {
	e.add("CASE WHEN ")
	x.fresh(e, name)
	e.add(" THEN ? ELSE '"+noMember+"' END", x.dialect.key(name))
}

// data is the entry's data in the log: every attribute of the write before and after.
func (x batchExpressions) data(e *expression, node string) {
	d := x.dialect
	e.add("CAST(" + d.object + "('before', " + d.object + "(")
	x.join(e, ", ", func(e *expression, name string) {
		e.add("CAST(? AS text), attributes -> CAST(? AS text)", name, d.key(name))
	})
	e.add("), 'after', " + d.object + "(")
	x.join(e, ", ", func(e *expression, name string) {
		e.add("CAST(? AS text), ", name)
		x.after(e, name)
	})
	e.add("), 'node', CAST(? AS text)) AS text)", storable(node))
}

func (x batchExpressions) after(e *expression, name string) {
	open, value, end := "CASE WHEN ", "CAST(? AS jsonb)", ""
	if !x.dialect.isPostgres() {
		// SQLite forgets in a CASE that a text is JSON.
		open, value, end = "json(CASE WHEN ", "?", ")"
	}
	e.add(open)
	x.fresh(e, name)
	e.add(" THEN "+value+" ELSE attributes -> CAST(? AS text) END"+end, x.value(name), x.dialect.key(name))
}
