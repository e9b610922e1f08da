"""Rule sets and lists, compiled into one immutable, versioned RuleBook."""
