"""How the process behaves: atomic writes, the policy of garbage collection, generated documents."""
