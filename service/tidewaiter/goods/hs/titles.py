"""Short titles of HS chapters and headings, in the product's own words. Not the wording of the nomenclature."""

from __future__ import annotations


def title_of(code: str) -> str:
    """The title of the heading of `code`, or of its chapter when the heading has none here; "" for no HS code."""
    return HEADING_TITLES.get(code[:4]) or CHAPTER_TITLES.get(code[:2], "")


def _table(text: str) -> dict[str, str]:
    rows = (line.partition(" ") for line in text.strip().splitlines())
    return {code: title for code, _, title in rows}


CHAPTER_TITLES = _table("""
01 Live animals
02 Meat
03 Fish and seafood
04 Milk, eggs, honey
05 Other animal products
06 Live plants and flowers
07 Vegetables
08 Fruit and nuts
09 Coffee, tea, spices
10 Cereals
11 Flour, malt, starch
12 Oil seeds, seeds, medicinal plants
13 Gums, resins, plant extracts
14 Plaiting materials, other plant products
15 Fats and oils
16 Prepared meat and fish
17 Sugar and sweets
18 Cocoa and chocolate
19 Bakery goods, pasta, cereal foods
20 Prepared vegetables and fruit
21 Other foods
22 Drinks, spirits, vinegar
23 Animal feed, food residues
24 Tobacco and nicotine products
25 Salt, sulphur, earths, stone, cement
26 Ores, slag, ash
27 Coal, oil, gas and their products
28 Inorganic chemicals, rare earths
29 Organic chemicals
30 Medicines
31 Fertilisers
32 Dyes, paints, inks
33 Perfume, cosmetics, essential oils
34 Soap, detergents, waxes
35 Proteins, glues, enzymes
36 Explosives, fireworks, matches
37 Photographic materials
38 Other chemical products
39 Plastics
40 Rubber and tyres
41 Hides and leather
42 Leather goods, bags
43 Furs
44 Wood
45 Cork
46 Straw and basketware
47 Pulp, waste paper
48 Paper and board
49 Books and printed matter
50 Silk
51 Wool
52 Cotton
53 Other plant fibres
54 Man-made filaments
55 Man-made staple fibres
56 Wadding, felt, ropes
57 Carpets
58 Special fabrics, tapestries, lace
59 Coated and technical fabrics
60 Knitted fabrics
61 Knitted clothing
62 Woven clothing
63 Other textile articles, worn clothing
64 Footwear
65 Headgear
66 Umbrellas, walking sticks
67 Feathers, artificial flowers, wigs
68 Articles of stone, cement, plaster
69 Ceramics
70 Glass
71 Pearls, gems, precious metals, jewellery
72 Iron and steel
73 Articles of iron or steel
74 Copper
75 Nickel
76 Aluminium
78 Lead
79 Zinc
80 Tin
81 Other base metals
82 Tools and cutlery
83 Various articles of base metal
84 Machinery
85 Electrical equipment
86 Railway vehicles
87 Road vehicles
88 Aircraft and spacecraft
89 Ships and boats
90 Optical, measuring, medical instruments
91 Clocks and watches
92 Musical instruments
93 Arms and ammunition
94 Furniture, lamps, prefabricated buildings
95 Toys, games, sports goods
96 Various manufactured articles
97 Art and antiques
""")

HEADING_TITLES = _table("""
1006 Rice
1603 Extracts of meat and fish
1604 Prepared fish, caviar
1605 Prepared shellfish
2203 Beer
2204 Wine
2205 Vermouth
2206 Cider, sake and other fermented drinks
2207 Ethyl alcohol
2208 Spirits and liqueurs
2402 Cigars and cigarettes
2601 Iron ore
2603 Copper ore
2604 Nickel ore
2607 Lead ore
2608 Zinc ore
2614 Titanium ore
2615 Niobium, tantalum, vanadium, zirconium ore
2616 Precious metal ore
2701 Coal
2702 Lignite
2709 Crude oil
2710 Refined petroleum products
2711 Petroleum gases
2805 Alkali and rare-earth metals, mercury
2846 Rare-earth compounds
3002 Vaccines, blood products
3003 Medicines, not packed for retail
3004 Medicines, packed for retail
3303 Perfume
3304 Make-up and skin care
3602 Explosives
4202 Bags, cases, wallets
4303 Fur clothing
4420 Wooden ornaments
4901 Books
5701 Knotted carpets
5702 Woven carpets
5703 Tufted carpets
5705 Other carpets
5805 Tapestries
6802 Worked stone
6911 Porcelain tableware
7013 Glassware
7101 Pearls
7102 Diamonds
7103 Precious stones
7104 Synthetic precious stones
7106 Silver
7108 Gold
7113 Jewellery of precious metal
7116 Articles of pearls or precious stones
7117 Imitation jewellery
8306 Bells, statuettes, frames of base metal
8406 Steam turbines
8407 Petrol engines
8408 Diesel engines
8411 Jet engines, gas turbines
8413 Pumps
8471 Computers
8517 Telephones, network equipment
8541 Semiconductors, solar cells
8542 Integrated circuits
8601 Electric locomotives
8602 Other locomotives
8701 Tractors
8702 Buses
8703 Cars
8704 Trucks
8705 Special purpose vehicles
8706 Chassis with engine
8707 Vehicle bodies
8708 Vehicle parts
8709 Works trucks
8710 Tanks and armoured fighting vehicles
8711 Motorcycles
8712 Bicycles
8713 Wheelchairs
8714 Parts of motorcycles, bicycles, wheelchairs
8715 Baby carriages
8716 Trailers
8801 Balloons, gliders
8802 Aeroplanes, helicopters, spacecraft
8803 Aircraft parts (until HS 2017)
8804 Parachutes
8805 Aircraft launching gear, flight simulators
8806 Unmanned aircraft
8807 Aircraft parts
8901 Passenger and cargo ships
8902 Fishing vessels
8903 Yachts and pleasure boats
8904 Tugs
8905 Dredgers, floating cranes, platforms
8906 Warships, lifeboats and other vessels
8907 Floating structures, rafts
8908 Ships for breaking up
9013 Lasers, optical sights
9018 Medical instruments
9101 Watches with a case of precious metal
9102 Watches with another case
9301 Military weapons
9302 Revolvers and pistols
9303 Other firearms
9304 Air guns, truncheons
9305 Parts of arms
9306 Bombs, missiles, ammunition
9307 Swords, bayonets
9503 Toys, scale models
9504 Games, video game consoles
9506 Sports equipment
9701 Paintings
9703 Sculptures and statues
9705 Collectors' pieces
9706 Antiques over a hundred years old
""")
