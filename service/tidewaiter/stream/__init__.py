"""The only package that imports faust or aiokafka."""
