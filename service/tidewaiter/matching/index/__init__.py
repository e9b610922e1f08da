"""Listed parties as tables, in which every name that is alike is found without a scan."""
