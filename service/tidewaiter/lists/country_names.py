"""Countries as list publishers write them, to ISO 3166-1 alpha-2."""

from __future__ import annotations

import re
import unicodedata

from tidewaiter_schemas.countries import CODES

_NAMES = """
AD Andorra
AE United Arab Emirates;UAE
AF Afghanistan
AG Antigua and Barbuda
AI Anguilla
AL Albania
AM Armenia
AO Angola
AQ Antarctica
AR Argentina
AS American Samoa
AT Austria
AU Australia
AW Aruba
AX Aland Islands
AZ Azerbaijan
BA Bosnia and Herzegovina;Bosnia;Bosnia-Herzegovina
BB Barbados
BD Bangladesh
BE Belgium
BF Burkina Faso
BG Bulgaria
BH Bahrain
BI Burundi
BJ Benin
BL Saint Barthelemy
BM Bermuda
BN Brunei Darussalam;Brunei
BO Bolivia (Plurinational State of);Bolivia
BQ Bonaire, Sint Eustatius and Saba
BR Brazil
BS Bahamas;Bahamas, The
BT Bhutan
BV Bouvet Island
BW Botswana
BY Belarus
BZ Belize
CA Canada
CC Cocos (Keeling) Islands
CD Democratic Republic of the Congo;Congo, Democratic Republic of the;DRC;DR Congo;Zaire;Congo (Democratic Republic)
CF Central African Republic;CAR
CG Congo;Republic of the Congo;Congo, Republic of the
CH Switzerland
CI Cote d'Ivoire;Ivory Coast
CK Cook Islands
CL Chile
CM Cameroon
CN China;People's Republic of China;China, People's Republic of;PRC;China (mainland)
CO Colombia
CR Costa Rica
CU Cuba
CV Cabo Verde;Cape Verde
CW Curacao
CX Christmas Island
CY Cyprus
CZ Czech Republic;Czechia
DE Germany
DJ Djibouti
DK Denmark
DM Dominica
DO Dominican Republic
DZ Algeria
EC Ecuador
EE Estonia
EG Egypt
EH Western Sahara
ER Eritrea
ES Spain
ET Ethiopia
FI Finland
FJ Fiji
FK Falkland Islands (Malvinas);Falkland Islands
FM Micronesia (Federated States of);Micronesia
FO Faroe Islands
FR France
GA Gabon
GB United Kingdom;UK;United Kingdom of Great Britain and Northern Ireland;Great Britain;Britain;British;England
GB Scotland;Wales
GD Grenada
GE Georgia
GF French Guiana
GG Guernsey
GH Ghana
GI Gibraltar
GL Greenland
GM Gambia;The Gambia;Gambia, The
GN Guinea
GP Guadeloupe
GQ Equatorial Guinea
GR Greece
GS South Georgia and the South Sandwich Islands
GT Guatemala
GU Guam
GW Guinea-Bissau;Guinea Bissau
GY Guyana
HK Hong Kong;China, Hong Kong Special Administrative Region;Hong Kong SAR
HM Heard Island and McDonald Islands
HN Honduras
HR Croatia
HT Haiti
HU Hungary
ID Indonesia
IE Ireland;Republic of Ireland
IL Israel
IM Isle of Man;Man, Isle of
IN India
IO British Indian Ocean Territory
IQ Iraq
IR Iran (Islamic Republic of);Iran;Islamic Republic of Iran;Iran, Islamic Republic of
IS Iceland
IT Italy
JE Jersey
JM Jamaica
JO Jordan
JP Japan
KE Kenya
KG Kyrgyzstan;Kyrgyz Republic
KH Cambodia
KI Kiribati
KM Comoros
KN Saint Kitts and Nevis;St Kitts and Nevis
KP Democratic People's Republic of Korea;Korea, North;North Korea;DPRK;Korea, Democratic People's Republic of
KR Republic of Korea;Korea, South;South Korea;ROK;Korea, Republic of;Korea (South);Korea (Republic of)
KW Kuwait
KY Cayman Islands
KZ Kazakhstan
LA Lao People's Democratic Republic;Laos
LB Lebanon
LC Saint Lucia;St Lucia
LI Liechtenstein
LK Sri Lanka
LR Liberia
LS Lesotho
LT Lithuania
LU Luxembourg
LV Latvia
LY Libya;Libyan Arab Jamahiriya
MA Morocco
MC Monaco
MD Republic of Moldova;Moldova
ME Montenegro
MF Saint Martin
MG Madagascar
MH Marshall Islands
MK North Macedonia;North Macedonia, The Republic of;Macedonia
ML Mali
MM Myanmar;Burma
MN Mongolia
MO Macao;Macau
MP Northern Mariana Islands
MQ Martinique
MR Mauritania
MS Montserrat
MT Malta
MU Mauritius
MV Maldives
MW Malawi
MX Mexico
MY Malaysia
MZ Mozambique
NA Namibia
NC New Caledonia
NE Niger
NF Norfolk Island
NG Nigeria
NI Nicaragua
NL Netherlands;The Netherlands;Netherlands, The;Holland
NO Norway
NP Nepal
NR Nauru
NU Niue
NZ New Zealand
OM Oman
PA Panama
PE Peru
PF French Polynesia
PG Papua New Guinea
PH Philippines;The Philippines
PK Pakistan
PL Poland
PM Saint Pierre and Miquelon
PN Pitcairn
PR Puerto Rico
PS State of Palestine;Palestinian;Palestine;Region: Gaza;Gaza;West Bank;Palestinian Territories
PT Portugal
PW Palau
PY Paraguay
QA Qatar
RE Reunion
RO Romania
RS Serbia;Republic of Serbia
RU Russian Federation;Russia
RW Rwanda
SA Saudi Arabia
SB Solomon Islands
SC Seychelles
SD Sudan;The Sudan;Sudan, The
SE Sweden
SG Singapore
SH Saint Helena
SI Slovenia
SJ Svalbard and Jan Mayen
SK Slovakia;Slovak Republic
SL Sierra Leone
SM San Marino
SN Senegal
SO Somalia
SR Suriname
SS South Sudan
ST Sao Tome and Principe
SV El Salvador
SX Sint Maarten
SY Syrian Arab Republic;Syria
SZ Eswatini;Swaziland
TC Turks and Caicos Islands
TD Chad
TF French Southern Territories
TG Togo
TH Thailand
TJ Tajikistan
TK Tokelau
TL Timor-Leste;East Timor
TM Turkmenistan
TN Tunisia
TO Tonga
TR Turkey;Turkiye
TT Trinidad and Tobago
TV Tuvalu
TW Taiwan;Taiwan Province of China;Taiwan, China
TZ United Republic of Tanzania;Tanzania
UA Ukraine
UG Uganda
UM United States Minor Outlying Islands
US United States of America;United States;USA;U.S.A.
UY Uruguay
UZ Uzbekistan
VA Holy See;Vatican City
VC Saint Vincent and the Grenadines;St Vincent and the Grenadines
VE Venezuela (Bolivarian Republic of);Venezuela
VG British Virgin Islands;Virgin Islands, British
VI United States Virgin Islands;Virgin Islands, U.S.
VN Viet Nam;Vietnam
VU Vanuatu
WF Wallis and Futuna
WS Samoa
XK Kosovo
YE Yemen
YT Mayotte
ZA South Africa
ZM Zambia
ZW Zimbabwe
"""

_NOT_A_LETTER = re.compile(r"[^a-z]+")
_NO_COUNTRY = frozenset(
    {"", "na", "n a", "unknown", "none", "none identified", "not available", "stateless", "undetermined"}
)


def _key(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold().replace("'", "").replace("’", "")
    bare = "".join(c for c in bare if not unicodedata.combining(c)).replace("saint ", "st ")
    return " ".join(_NOT_A_LETTER.sub(" ", bare).split())


def _table() -> dict[str, str]:
    table = {}
    for record in _NAMES.splitlines():
        code, _, names = record.partition(" ")
        for name in filter(None, names.split(";")):
            table[_key(name)] = code
    return table


_BY_NAME = _table()


def country_code(name: str) -> str | None:
    """The ISO alpha-2 code of a country as a publisher names it, or None when it is none that we know.

    A two-letter code is taken as it is when it is assigned.
    """
    name = name.strip()
    return name if name in CODES else _BY_NAME.get(_key(name))


def says_no_country(name: str) -> bool:
    """Whether the text stands for "no country given" (`na`, `Unknown`, `None Identified`)."""
    return _key(name) in _NO_COUNTRY
