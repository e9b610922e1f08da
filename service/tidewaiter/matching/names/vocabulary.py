"""Words that mean little, or the same, in names: legal forms, titles, particles, abbreviations, names that are one.

Everything is as `text.words` gives it: lower-case ASCII.
"""

from __future__ import annotations

from tidewaiter.matching.names.business_words import INFLECTED, WHOLE, WITHOUT_SPACES, english_words

_LEGAL_FORMS = """
limited liability company|limited liability partnership|limited partnership|public limited company
private limited company|private limited|public joint stock company|private joint stock company
open joint stock company|closed joint stock company|joint stock company|joint stock co|joint stock
federal state unitary enterprise|state unitary enterprise|federal state budgetary institution
federal state autonomous institution|non profit organization|company limited
obshchestvo s ogranichennoy otvetstvennostyu|obshchestvo c ogranichennoy otvetstvennostyu
obshchestvo s ogranichennoi otvetstvennostyu
publichnoe aktsionernoe obshchestvo|otkrytoe aktsionernoe obshchestvo|zakrytoe aktsionernoe obshchestvo
aktsionernoe obshchestvo|nepublichnoe aktsionernoe obshchestvo|federalnoe gosudarstvennoe unitarnoe predpriyatie
gosudarstvennoe unitarnoe predpriyatie|tovarystvo z obmezhenoyu vidpovidalnistyu
tovaristvo z obmezhenoyu vidpovidalnistyu|privatne aktsionerne tovarystvo|publichne aktsionerne tovarystvo
societe a responsabilite limitee|societe anonyme|sociedad anonima|sociedad de responsabilidad limitada
sociedad limitada|societa per azioni|societa a responsabilita limitata|aktiengesellschaft
gesellschaft mit beschrankter haftung|besloten vennootschap|naamloze vennootschap|sociedade anonima
sociedade limitada|anonim sirketi|limited sirketi|anonim ortakligi|kabushiki kaisha|godo kaisha|yugen kaisha
s a c v|sa cv
sdn bhd|sendirian berhad|perseroan terbatas|s a de c v|sa de cv|s de r l de c v|s de rl de cv|s a p i de c v
sp z o o|sp zoo|sp z oo|spol s r o|s r o|s r l|s p a|s a r l|s a s|s a l|s a|s l|b v|n v|a g|a s|d o o|d d|o o o
o a o|z a o|p a o|a o|l l c|l l p|l p|p l c|w l l|k s c|p j s c|j s c|g m b h|co kg|e o o d|o o d|e a d|a d|ltd sti
ltd sirketi|as sirketi|pte ltd|pty ltd|pvt ltd|co ltd|co inc|co llc|ltd co|ltd|limited|comp|ltda|limitada|llc|llp
lllp|inc|incorporated|corp|corporation|co|company|companies|plc|gmbh|mbh|ag|kg|kgaa|ohg|ug|ev|sarl|sas|sasu|sa|snc
spa|srl|srls|sl|slu|bv|nv|bvba|vof|ab|hb|as|asa|aps|oy|oyj|ou|uab|sia|doo|dooel|dd|ad|ead|ood|eood|zrt|kft|nyrt|bt
sro|spzoo|zoo|jsc|ojsc|cjsc|pjsc|ojs|oao|zao|pao|ao|ooo|nao|fgup|fsue|gup|mup|tov|tzov|prat|pat|at|zat|vat|toov|too
tdo|fze|fzco|fzc|fzllc|dmcc|dwc|wll|spc|bsc|ksc|kscc|saog|saoc|sal|pte|pty|pvt|bhd|berhad|tbk|kk|yk|gk|yuhan
chusik hoesa|sti|sirketi|eirl|cia|ca|cv|psc|pc|lp|est
cong ty trach nhiem huu han|cong ty co phan|cong ty tnhh mtv|cong ty tnhh|cong ty cp|tap doan
gu fen you xian gong si|you xian ze ren gong si|you xian gong si|zhu shi hui she|s c|a e|sp k
adkrytae aktsyyanernae tavarystva|zakrytae aktsyyanernae tavarystva|aktsyyanernae tavarystva
tavarystva z abmezhavanay adkaznastsyu

federalnoe gosudarstvennoe byudzhetnoe uchrezhdenie
aktsionerne tovaristvo|privatne aktsionerne tovaristvo
publichne aktsionerne tovaristvo|vidkrite aktsionerne tovaristvo|zakrite aktsionerne tovaristvo
derzhavne pidpriyemstvo|aktsionerno druzhestvo|otvoreno aktsionerno druzhestvo|publichno aktsionerno druzhestvo
druzhestvo s ogranichena otgovornost|drzhavno edinno predpriyatie|federalno drzhavno edinno predpriyatie
tovarishchestvo s ogranichennoy otvetstvennostyu|obshchestva s ogranichennoy otvetstvennostyu
inostrannoe obshchestvo s ogranichennoy otvetstvennostyu|sovmestnoe obshchestvo s ogranichennoy otvetstvennostyu
drushtvo sa ogranichenom odgovornoshcu|aktsionarsko drushtvo|akb|jscb|aat|taa|iooo|sooo
ztaa|zhshs|zhchk|osoo|rup|rue|fkp|fgbu|anonymi etaireia|anonymi etairia|anoikti symmetochiki etaireia
anoikti symmetochiki etairia|anoichti symmetochiki etaireia|symmetochiki etaireia|etaireia periorismenis eythynis
dimosia symmetochiki etaireia|VAT MSWWLYH MHDWDH|MHDWDH MSWWLYH|BA MSYWLYT MHDWD|SHAMY XAS|SHAMY UAM|MSAHMH|V M M|O M L
"""
_PARTED_FORMS = [tuple(form.split()) for line in _LEGAL_FORMS.split("\n") for form in line.split("|") if form]
LEGAL_FORMS: frozenset[tuple[str, ...]] = frozenset(
    # Each as it stands, and with any two of its long words run together.
    joined
    for form in _PARTED_FORMS
    for joined in (
        form,
        *(
            (*form[:i], form[i] + form[i + 1], *form[i + 2 :])
            for i in range(len(form) - 1)
            if len(form[i]) > 4 and len(form[i + 1]) > 4
        ),
    )
)
LEGAL_WORDS = frozenset(word for form in LEGAL_FORMS for word in form)
LONGEST_LEGAL_FORM = max(map(len, LEGAL_FORMS))
LEGAL_ANYWHERE = frozenset(
    "ltd limited llc inc incorporated corp corporation company gmbh ooo oao zao pao pjsc ojsc cjsc jsc fgup fsue "
    "fze fzco fzc sarl eood ood doo zrt kft sirketi sti pte pty pvt ltda limitada plc llp".split()
)
"""Legal forms of one word that are nothing else, so that they are one in the middle of a name too."""

GLUED_LEGAL_FORMS = (
    "limited",
    "company",
    "corporation",
    "ojsc",
    "pjsc",
    "cjsc",
    "jsc",
    "ltd",
    "llc",
    "ooo",
    "oao",
    "zao",
    "pao",
    "fgup",
)
"""Legal forms that people write onto the word beside them: JSCARGUMENT."""

STOP_WORDS = frozenset(
    "the of and for de la le les du des del della di da do dos das el und fur fuer der die van den et "
    "named after".split()
)
VESSEL_PREFIXES = (
    ("m", "v"),
    ("m", "t"),
    ("mv",),
    ("mt",),
    ("ss",),
    ("mts",),
    ("vessel",),
    ("motor", "vessel"),
    ("s", "s"),
)
TITLES = frozenset(
    "mr mrs ms miss dr prof professor sir lord lady hon gen general col colonel maj major capt captain lt "
    "lieutenant sgt brig brigadier marshal admiral comrade sheikh shaykh sheik shaikh cheikh mullah mulla maulavi "
    "mawlawi maulawi moulavi molvi qari hajji haji hajj alhaj hadji ustad ustaz ayatollah hojjatoleslam "
    "hojatoleslam sardar engineer eng jr sr esq phd md president minister".split()
)
PARTICLES = frozenset(
    "al el ul ar as ash an ad at az bin ben ibn bint bn van von der den de da di du dos la le y e oglu "
    "ogly kyzy".split()
)

ABBREVIATIONS = {
    "intl": "international", "internat": "international", "int": "international", "grp": "group", "gp": "group",
    "comm": "communication", "communications": "communication", "telecom": "telecommunication",
    "telecommunications": "telecommunication", "tech": "technology", "technologies": "technology",
    "techn": "technology", "ind": "industry", "inds": "industry", "industries": "industry", "industrial": "industry",
    "indus": "industry", "eng": "engineering", "engr": "engineering", "mfg": "manufacturing",
    "manuf": "manufacturing", "mgmt": "management", "mgt": "management", "mngt": "management", "svc": "service",
    "svcs": "service", "services": "service", "serv": "service", "sys": "system", "systems": "system",
    "dev": "development",
    "dept": "department", "univ": "university", "inst": "institute", "assoc": "association", "assn": "association",
    "natl": "national", "nat": "national", "govt": "government", "min": "ministry", "ctr": "center", "centre": "center",
    "transp": "transport", "transportation": "transport", "trans": "transport", "shpg": "shipping", "exp": "export",
    "imp": "import", "impex": "import", "chem": "chemical", "chemicals": "chemical", "petrochem": "petrochemical",
    "pharma": "pharmaceutical", "pharm": "pharmaceutical", "pharmaceuticals": "pharmaceutical", "elec": "electric",
    "electr": "electric", "electronics": "electronic", "constr": "construction", "const": "construction",
    "invest": "investment", "investments": "investment", "inv": "investment", "holdings": "holding", "hldg": "holding",
    "hldgs": "holding", "enterprises": "enterprise", "ent": "enterprise", "bros": "brothers", "prods": "products",
    "prod": "products", "product": "products", "res": "research", "sci": "scientific", "equip": "equipment",
    "org": "organization", "organisation": "organization", "defence": "defense", "aero": "aero", "av": "aviation",
    "mar": "marine", "maritime": "marine", "logist": "logistics", "logistic": "logistics", "fin": "finance",
    "financial": "finance", "bk": "bank", "ins": "insurance", "st": "saint", "trdg": "trading", "trad": "trading",
    "gen": "general", "genl": "general", "mach": "machinery", "mech": "mechanical", "auto": "automobile",
    "automotive": "automobile", "mil": "military", "corps": "corps", "fdn": "foundation", "found": "foundation",
    "resources": "resource", "solutions": "solution", "projects": "project", "works": "work", "labs": "laboratory",
    "lab": "laboratory", "laboratories": "laboratory", "motors": "motor", "airlines": "airline", "airways": "airline",
    "technological": "technology",
}  # fmt: skip

_GENERIC_CAPS = {
    # How much a word can ever weigh in the name of an organisation or vessel, however rare it is on the lists.
    0.10: ("limited company group holding international general trading import export corporation enterprise"),
    0.20: (
        "bank industry service trade commercial business global world national state federal republic marine shipping "
        "ship line lines logistics transport management investment development technology engineering construction "
        "finance capital oil gas energy petroleum products system solution consulting center institute foundation "
        "organization association department ministry office bureau committee commission agency factory plant branch "
        "house star new first north south east west union air airline aviation industrial manufacturing supply "
        "electronic electric chemical machinery equipment motor resource insurance exchange fund partners brothers "
        "sons research scientific production project work market food medical real estate communication "
        "telecommunication computer software media print steel metal mining gold sea ocean vessel fishing travel "
        "tours school university hospital council authority government party army force forces military security "
        "defense"
    ),
}
# Words that firms everywhere are called by: they tell little, however rare they are on the lists.
_GENERIC_CAPS[0.35] = (
    "alpha beta gamma delta omega sigma atlas orion phoenix titan zenith apex summit crown royal imperial king "
    "queen prince princess eagle lion tiger falcon dragon wolf white black green blue red silver diamond crystal "
    "pearl stone rock river lake mountain forest sun moon sky pacific atlantic arctic northern southern eastern "
    "western central grand great elite premier prime universal galaxy cosmos planet earth horizon pioneer "
    "progress victory liberty freedom unity harmony alliance union legion forum standard classic modern future "
    "vision dream success fortune prosperity lotus rose olive palm cedar oak spring summer eden paradise mercury "
    "venus mars jupiter neptune apollo zeus hermes olympus nova super mega maxi micro strategy profit spectrum "
    "vector matrix focus impulse dynamic active direct express rapid trust "
    "net web online digital virtual sales retail store shop expert master smart data info euro nord sud planet planeta "
    "casa terra aqua solar eco agro sport style studio fashion beauty food fresh garden home family life health care "
    "alfa omega plus delta orient oriental continental metropolitan mega alliance alians soyuz start"
)
GENERIC_CAP = {word: cap for cap, words in sorted(_GENERIC_CAPS.items(), reverse=True) for word in words.split()}
BUSINESS_WORDS = frozenset(word for table in (INFLECTED, WHOLE, WITHOUT_SPACES) for word in english_words(table))
"""What firms' names are made of in other languages, in English."""

NUMERALS = {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8",
    "ninth": "9", "tenth": "10", "1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5", "6th": "6", "7th": "7",
    "8th": "8", "9th": "9", "10th": "10", "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8",
    "ix": "9",
}  # fmt: skip
NUMBER_WORDS = frozenset("no nr number num".split())
PLACE_WORDS = frozenset("floor room suite flat apartment building block street road avenue level box hall unit".split())
"""Words of an address: with numbers alone beside them they make no name (Third Floor)."""

_ROMANISATIONS = """
mohammed mohammad muhammad mohamed muhammed mohamad mohamud mehmet mohd muhamad mahomed magomed mhmd mukhammad
ahmed ahmad ahmet akhmed akhmad ahmd
osama usama ousama osamah usamah
omar umar omer umer umaru oumar
othman uthman osman usman ousmane
yusuf yousef youssef yousuf yusef yusif youssouf
hussein husain hussain husayn hossein husein hosein huseyn hussien hoseyn khusein houssein hsyn
hassan hasan hacen khasan hasn
ibrahim ebrahim ibragim ibraheem brahim
ali aly alli
suleiman sulayman sulaiman soleiman suleyman soliman sulejman
saeed said sayed saied
sayyid syed sayyed seyed sayid saiyid seyyed sayed
khalid khaled halid
mustafa mustapha moustafa mostafa
jamal gamal djamal jamaal cemal
abdullah abdallah abdulla abdoullah abdalla abdollah
isa eissa issa eisa
yahya yahia yehia
hamid hameed
rashid rasheed rachid
karim kareem kerim
ismail esmail esmaeil ismael ismaeel
yaqub yakub yaakov yaqoub jakob
musa moussa moosa mousa
dawud daoud daud davud dawood
nasir nasser naser nasr
tariq tarek tarik
aziz azeez
haidar haider haydar heydar
reza rida ridha riza
mahdi mehdi
ayman aiman
bashar bachar
mahmoud mahmud mahmood mehmood makhmud
hamad hamd
hamed hamid hamed
amir ameer emir amer
amin ameen emin
amina aminah ameena amineh
khalil khaleel halil
jabir jaber gaber
salim salem saleem selim
salem salam
saleh salih salah
sabir saber
samir sameer
sami samy
said saad sad
jafar jaafar gafar jaffar
javad jawad jowad
kazim kadhim kazem kadim
hadi hady
huda hoda
laila layla leila
mortaza murtaza murtada morteza
mojtaba mujtaba
faisal faysal feisal
farid fareed
taha tahah
walid waleed oualid
zaid zayd zeid
ziad ziyad
tahir taher
tayeb tayyib taieb
habib habeeb
hashim hashem hachem
hisham hesham hicham
hakim hakeem
alaa ala alaeddin
majid maged majed majeed
sahib saheb
suhaib sohaib
farhan ferhan
fahd fahad
faruq farouk farooq
anwar anouar anvar
amjad amjed
kim gim
park pak bak
ri lee yi rhee
choe choi chwe
kang gang
jo cho
rim lim
ryu yoo yu
paek baek paik
yun yoon
jang chang
sin shin
kwon gwon
jong jeong chong
yong young yeong
chol cheol chul
kyong kyung gyeong kyoung
hyon hyun hyeon
myong myung myeong
pyong byung byeong
song sung seong
un eun
ok ock
kuk guk kook
jun joon
hun hoon
ju joo
su soo
hui hee
chun choon
thae tae
alexander aleksandr oleksandr aleksander aliaksandr alexandr
alexei aleksei alexey aleksey oleksiy aliaksei oleksii
andrei andrey andrej andriy andriej
sergei sergey serhiy sergiy siarhei serhii
dmitri dmitry dmitriy dmitrii dmytro dzmitry dmitryi dimitri
vladimir volodymyr uladzimir wladimir
mikhail mykhailo mihail mikhayl
nikolai nikolay mykola mikalai nicolai
yevgeny evgeny evgeniy yevgeniy yevhen evgenii evgueni
yuri yury yuriy iurii yurii iouri
pyotr petr petro
igor ihor igar ihar
viktor victor
konstantin constantin kostiantyn
maxim maksim maksym
gennady gennadiy gennadi hennadiy
vasily vasiliy vasyl
georgy georgiy heorhiy georgi
anatoly anatoliy anatoli anatolii
valery valeriy valeri valerii
vitaly vitaliy vitali vitalii
artem artyom artiom
ekaterina yekaterina kateryna
elena yelena olena
natalia natalya nataliya
yulia yuliya iuliia julia
grigory grigoriy grigori hryhoriy
fyodor fedor
wang wong
zhang chang cheung
chen chan
li lee
liu lau
huang hwang wong
zhao chao
zhou chow chou
wu woo
xu hsu
lin lam
yang yeung
cai tsai choi
xie hsieh
zheng cheng
guo kuo
zhu chu
ho ha
"""
_TRANSLATIONS = """
alexander aleksandr alexandr oleksandr aleksander alexandre alejandro alessandro aliaksandr sasha alex sandro iskander
alexei aleksei alexey aleksey oleksiy alexis aliaksei oleksii
andrei andrey andrew andriy andreas andre andres andrzej andriej
sergei sergey serge sergio serhiy sergiy siarhei serhii
dmitri dmitry dmitriy dmitrii dmytro dimitri dzmitry dmitryi dima
vladimir volodymyr uladzimir wladimir
mikhail michael mykhailo michel miguel mihail mihai michal mike mikhael misha
nikolai nikolay nicholas nicolas mykola nikolas nick mikalai nicolai
yevgeny evgeny evgeniy yevgeniy eugene yevhen evgenii evgueni
yuri yury yuriy iurii yurii iouri
ivan ioann john johann juan jean giovanni jan jon johnny jack
pavel paul pablo pavlo paulo pawel
pyotr petr peter pedro petro pierre pieter
igor ihor igar ihar
viktor victor
konstantin constantin kostiantyn constantine
maxim maksim maksym
gennady gennadiy gennadi hennadiy
vasily vasiliy vasil basil vasyl
georgy georgiy george jorge heorhiy yegor georgi georges jurgen
anatoly anatoliy anatoli anatolii
valery valeriy valeri valerii
vitaly vitaliy vitali vitalii
artem artyom artiom
roman ramon
kirill cyril kyrylo
oleg oleh
william bill will billy wilhelm guillermo willem
robert bob rob bobby roberto
richard dick rick ricardo
james jim jimmy jaime
thomas tom tomas tommy
edward ed eddie eduard eduardo ted
charles carlos karl carl charlie carlo
anthony tony antonio anton antoine
francis francisco frank francesco franz paco
joseph joe jose
elizabeth liz beth elisabeth elizaveta yelizaveta
catherine katherine ekaterina yekaterina kate catalina katarina kateryna
mary maria mariya marie
anna anne ana hanna
elena helena yelena olena helen
natalia natalya nataliya natalie
tatiana tatyana tetiana
julia yulia yuliya iuliia
xavier javier
steven stephen stefan stepan esteban stephan
lawrence laurence lorenzo
frederick fred friedrich federico fyodor fedor theodore
gregory greg grigory grigoriy grigori
leonid leonidas
matthew matvei matthias mateo matt
daniel danny daniil danila
christopher chris christoph kristof
benjamin ben
samuel sam
philip phillip filipp felipe philippe
ibrahim abraham avraham
yusuf joseph josef jose iosif giuseppe
suleiman solomon
yaqub jacob jakob yaakov
musa moses
dawud david
plant factory work mill
research scientific science
missile rocket
instrument instrumentation device
aircraft aviation
bureau office
foundation fund
union association
enterprise firm
weapon arms armament
"""


def _classes(rows: str) -> dict[str, tuple[str, ...]]:
    """Each word to the first words of all the rows that it stands in."""
    table: dict[str, list[str]] = {}
    for row in rows.strip().splitlines():
        first, *others = row.split()
        for word in (first, *others):
            table.setdefault(word, []).append(first)
    return {word: tuple(dict.fromkeys(firsts)) for word, firsts in table.items()}


ROMANISATIONS = _classes(_ROMANISATIONS)
"""Spellings of one name that no rule of sound brings together: each word to its classes."""
TRANSLATIONS = _classes(_TRANSLATIONS)
"""Names that are one name in several languages, and short forms of it: each word to its classes."""

OF_TWO_SEXES = frozenset(
    "aleksandr alexandr aleksand alejandr alessandr andre carl claudi daniel denis emili eugeni fernand francisc "
    "gabriel juli luci marcel mari mauri mikhail mohamad michel micael nikol oktav patrici paul petr rafael "
    "robert roman serg silvi valentin valeri valery victori viktori viktor vladislav stanislav yaroslav miroslav "
    "evgeni yevgeni antoni adrian amir amin karim samir jamil khalid farid said hamid rashid nadir salim habib "
    "latif aziz munir nasir wahid zahir muhammad ahmad mahmud".split()
)
"""Given names of men which are those of women with an a at the end, without an o or e of the man's."""

SYLLABIC_SURNAMES = frozenset(
    "wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han "
    "tang feng yu dong xiao cheng cao yuan deng fu shen zeng peng lu su jiang cai jia ding wei xue ye yan pan du "
    "dai xia zhong tian ren fan fang shi yao tan liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao "
    "meng long wan duan qian yin chang lai gong wen kim ri pak choe jong jo yun jang rim o so sin kwon hwang an "
    "ryu hong jon ko mun ryang paek pae ho nam ro ha lee park choi jung cho lim shin yoo ahn oh seo moon baek bae "
    "heo nguyen tran le pham hoang phan vu vo dang bui do ngo duong ly wong cheung chan lau chow lam yeung tsai "
    "hsieh kuo chu hsu chou chao chiu tseng".split()
)
"""Family names of peoples whose given names are one syllable a word, where each syllable and its place count."""
