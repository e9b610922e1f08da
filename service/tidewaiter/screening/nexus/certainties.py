"""The certainty with which each kind of fact shows that goods reach, or leave, a sanctioned country.

All values are in one table, so that it can be reviewed as a whole. From 0.70 a finding may block; below 0.30 it is not
reported. `docs/nexus.md` explains the table.
"""

# Where the goods go
DESTINATION = 1.0
PLACE_NAMED = 0.95
PLACE_AGAINST_COUNTRY = 0.6
"""The text names a place in the country, but the field states another country."""
PERHAPS_PLACE = 0.35
"""A name that two countries share (Korea), and nothing else tells which country is meant."""
PREVIOUS_PORT = 0.6
"""The vessel called there before. The goods may come from there."""
PASSING = 0.5
"""Transit, broker, carrier, bank, owner: touches the country, but the goods may go elsewhere."""
#
# Who supplies or receives
GOVERNMENT = 1.0
"""The government or the head of State, wherever the goods are handed over."""
GOVERNMENT_OFFICE = 0.95
"""A body whose name identifies it as an office of the country: an embassy, a ministry, an army."""
RECIPIENT_BODY = 1.0
"""A government, organisation or vessel of the country."""
RECIPIENT_PERSON = 0.95
"""A person of the country, and no fact shows that the goods stay elsewhere."""
PERSON_AT_BORDER = 0.75
"""A person of the country at a border hub of its trade, or a resident of the country in a third country."""
PERSON_ELSEWHERE = 0.6
"""A person of the country in a third country, by delivery or residence. The goods may be used there."""
ADDRESS = 0.9
ADDRESS_ELSEWHERE = 0.6
PLACE_IN_NAME = 0.5
"""The name of a person contains the name of a place."""
PAPERS = 0.9
"""A passport, a bank code (BIC) or a maritime identity (MMSI) issued by the country."""
#
# Who owns or controls the supplier or recipient
OWNED = 0.9
"""More than half is owned by parties of the country, or by parties listed under its measures."""
OWNED_ELSEWHERE = 0.65
"""The same for a party of another country. The goods may stay with it."""
OWNED_IN_PART = 0.5
CONTROLLED = 0.65
#
# Other facts
FORMER_FLAG = 0.5
MENTIONED = 0.5
MENTIONED_AT_BORDER = 0.6
SAID_TO_BE_ORIGIN = 0.75
"""The description of the goods states their origin: "coal, origin DPRK"."""
SAID_TO_BE_DESTINATION = 0.75
"""The description of the goods states their destination: "Lexus LX 570, consignee Pyongyang"."""
SAID_OF_MAKER = 0.6
"""The name of the maker contains a place in the country."""
SAID_BY_CODE = 0.6
"""A telephone number, an internet address or a bank code of the country."""

SURELY = 1.0
