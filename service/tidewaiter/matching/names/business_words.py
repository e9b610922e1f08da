"""The words of which the names of organisations are made, by the English that lists use for them.

Rows of `english: words`, apart by `|` or a line's end. General vocabulary and the names of countries and cities, which
no rule of sound brings together; never the name of a party.
"""

from __future__ import annotations


def rows(table: str) -> list[str]:
    """The rows of a table."""
    return [row for row in table.replace("\n", "|").split("|") if row]


def english_words(table: str) -> list[str]:
    """Every English word of a table."""
    return [word for row in rows(table) for word in row.partition(":")[0].split()]


INFLECTED = """
radio plant: радиозавод|electric generator: электрогенераторн|time: врем времен|civil: гражданск|electro: электро|optical: оптико
engineering: машиностроени машиностроене|sciences: наук науки|integrated: интегрированн|space: космич|exhibition: выстав
robot: робот робототехник|robotics: робототехническ|unmanned: беспилотны|satellite: спутники|jet: реактивн|combat: штурмов
parachute: парашют|bureau: бюрото|civilian: цивилн|guards: гвардейц|volunteers: добровол|security: безопасн|relations: отношени
customs: митниц|sea: морско|regiment: полка|fighters: боец бойц|airborne: воздушно|sanctions: санкц|aviation: авио авіа
state: казенн казён държав държавн государствен государств дзяржаўн державн держав κρατικ κρατο
research: изследователск изследовательск исследовательск исследован изследован даследч дослідн изыскательск ερευν
foundation: фондаци фонд фундац ιδρυμα|central: централен центральн цэнтральн централн κεντρικ
peoples: народен народн λαϊκ|supreme: върховен верховн высш върхов ανωτατ|command: командване командовани командуван
machine building: машиностроителен машиностроительн машиностроен машинабудаўнічн машинобудівн машинобуд
machine building: машиностроител μηχανουργικ|academician: академик|president: президент
holding: холдингов холдинг холдынг|aggregate: агрегат агрегатн|armoured: бронетанков|solution: решени
space: космическ косміч космос διαστημ|police: полицейск полицейски полиц поліц αστυνομ|air: военновъздушн аэро
airborne: десантн|group: группа групп груп группировк ομιλ ομαδα|joint stock: акционерн акцыянерн
distillery: ликероводочн|foreign: чужд внешн внешнеторгов зовнішн знешн външн εξωτερικ|victory: побед
islamic: ισλαμικ исламск іслам ислямск ισλαμ|liberation: απελευθερωτικ освобожд освобождени визволен απελευθερω
electoral: εκλογικ выбор|industrial: βιομηχανικ промышленн промисл промишлен индустриальн
development: αναπτυξη развити развіцц разработ розвит развитие ανάπτυξ αναπτυξ
commercial: εμπορικ коммерческ камерцыйн комерційн комерческ|sea: θαλασσι|educational: εκπαιδευτικ образовательн
warriors: πολεμιστ|east: ανατολ восток восточн східн изток източн ανατολικ|salvation: σωτηρι|holy: αγι ιερ свят
places: τοπ|war: πολεμ|special: ειδικων специальн спецыяльн спеціальн особ специалн ειδικ|people: ανθρωπ народ λαο
airports: αερολιμεν|base: βαση|cooperative: συνεταιριστικ|prevention: προληψ|promotion: προωθησ προωθηση|law: νομ
government: κυβερνηση правительство κυβερνησ|chief: αρχηγ|affairs: θεματ
penitentiary: σωφρονιστικ исполнен пенитенциар|computing: πληροφορικησ|pmc: чвк пвк|nii: нди нді|npo: нво|npp: нвп
bank: банк банкаўск τραπεζ|company: компани кампані компані дружеств фирм εταιρ
enterprise: предприяти прадпрыемств підприємств επιχειρησ|corporation: корпораци карпарац корпорац
concern: концерн канцэрн|consortium: консорциум кансорцыум κοινοπραξ
association: объединени аб'яднанн об'єднанн об'єднанна обединени ассоциаци асоциац асоціац асацыяц ενωσ
association: συνδεσμ συνδεσμο|institute: институт інстытут інститут ινστιτουτ|center: центр цэнтр центар κεντρ
bureau: бюро|office: офис канцеляри кабинет γραφει|plant: завод комбинат камбінат комбінат εργοστασι
factory: фабрик заводоуправлен|shipyard: верф судоверф корабельн ναυπηγει|mill: мельниц
mine: шахт рудник прииск ορυχει|workshop: мастерск цех|works: прииски
design: конструктор канструктар конструкторск проектн проекціонн проектиров проэктн дизайн σχεδιασμ
scientific: научн навуков науков επιστημον
production: производств производственн производствен вытворч виробнич виробництв производител παραγωγ
industry: промышленност прамыслов промисловіст промысл индустри індустр промишленост βιομηχανι
repair: ремонт рамонт επισκευ|aviation: авиацион авіяцыйн авіацій авиаци αεροπορ
aircraft: авиастроительн авиастроен самолет самолёт самалёт літак самолетостроительн αεροσκαφ αεροσκάφ
aircraft repair: авиаремонтн авіярамонтн авіаремонтн
helicopter: вертолет вертолёт верталёт вертоліт вертолетостроен ελικοπτερ|airship: дирижабл
unmanned: беспилотн бесплотн безпилотн безпілотн беспілотн μη επανδρωμεν
aerial: воздушн паветран повітрян въздушн αεροναυτικ|vehicle: аппарат транспортн средств апарат|drone: дрон
shipbuilding: судостроительн судостроен кораблестроительн кораблестроен корабостроител суднобудівн
shipbuilding: суднабудаўнічн ναυπηγικ|ship repair: судоремонтн|mechanical: механическ механічн μηχανολογ
mechanics: механик μηχανικ|machine: машин станок станк μηχαν
machine tool: станкостроительн станкоинструментальн станкостроен|machinery: машиностр|tractor: трактор
automobile: автомобильн автомобил аўтамабільн автомобільн автозавод автомобилн αυτοκινητ
motor: мотор моторостроительн двигател двигун рухавік κινητηρ
engine: двигателестроительн двигателестроен моторостроен двигателн|turbine: турбин|radio: радиовещательн радиопередающ
electronic: электрон электронн электронік електрон ηλεκτρον
electric: электрическ электричн электротехническ электроцентрал електричн електрическ ηλεκτρικ
electromechanical: электромеханическ электрамеханічн електромеханічн електромеханическ
electromechanics: электромеханик|electrical equipment: электрооборудован|electrical: электротехн электраапаратн
instrument: приборостроительн прибор прыладабудаўнічн приладобуд
instrument making: приборостроени приборостроен уредостроен|radio instrument: радиоприборн
radio engineering: радиотехник радіотехнік радыётэхнік|radio technical: радиотехническ радіотехнічн радыётэхнічн
radio electronic: радиоэлектрон радиэлектрон радыёэлектрон радіоелектрон|radio navigation: радионавигац
radiolocation: радиолокац|radar: радар радиолокационн радыёлакацыйн|optical: оптическ оптичн аптычн οπτικ
optics: оптик|optical mechanical: оптикомеханическ|laser: лазерн лазер
technology: технологи тэхналог технологическ тэхналагічн технологічн τεχνολογ
technical: техническ тэхнічн технічн τεχνικ|chemical: химическ хімічн химик χημικ|chemistry: хими хімі χημει
petrochemical: нефтехимическ нафтахімічн нафтохімічн нефтохимическ πετροχημικ|petrochemistry: нефтехими
pharmaceutical: фармацевтическ фармацэўтычн фармацевтичн φαρμακευτικ
metallurgical: металлургическ металургічн металургическ μεταλλουργ|metallurgy: металлурги металургі
metal: металл метал μεταλλ|steel: сталь сталелитейн сталепрокатн сталев стал χαλυβ|iron: желез железорудн|copper: медн
aluminium: алюмини алюміні алуминие αλουμινι|gold: золот злат χρυσ|silver: серебр сребр|nickel: никел|titanium: титан
diamond: алмазн|ore: рудн|mining: горнодобывающ горн гірнич минн горнообогатительн εξορυξ
coal: угольн угол вуголь вугілл въглищ ανθρακ|casting: литейн|forge: кузнечн|press: прессов пресс печат прес τυπ
pipe: трубн труб|pump: насосн насос|cable: кабельн кабел|wire: провод проволочн|battery: аккумулятор батаре|tire: шинн
glass: стекл стекольн шкл скл|cement: цемент|paper: бумажн бумаг|pulp: целлюлозн|wood: древесин|timber: лес лесн
furniture: мебель мебл|textile: текстильн текстил|food: продовольствен продукт харчов пищев τροφιμ|meat: мяс
milk: молоч молок|sugar: сахарн цукр|bread: хлеб|grain: зернов зерно зърн|tobacco: табак табач тютюн тютюнев
wine: вин винн оинο|agricultural: сельскохозяйствен аграрн сільськогосподарськ земеделск αγροτικ γεωργικ|fish: рыб риб
fishing: рыболовецк рыболов|potash: калийн|fertilizer: удобрен|powder: порохов|explosive: взрывчат
ammunition: боеприпас патрон патронн боєприпас πυρομαχικ|cartridge: патронн|arms: оружейн стрелков
weapon: оружи оруж вооружен озброєнн узбраенн οπλ|armament: вооружени озброєн узброєн въоръжен εξοπλισμ
missile: ракет ракетн πυραυλ|rocket: ракетостроен|tank: танков|artillery: артиллерийск артилері
tactical: тактическ тактичн τακτικ|strategic: стратегическ стратегічн στρατηγικ
precision: точн прецизион высокоточн точна ακριβει|high precision: высокоточн|complex: комплекс συγκροτημα
system: систем сістэм συστημ|equipment: оборудован техник абсталяванн обладнанн εξοπλισ|device: устройств
component: компонент комплектующ|microelectronics: микроэлектрон|nanotechnology: нанотехнолог|electronics: електронік
automation: автоматизац автоматик|automated: автоматизирован
communication: связи связь сувяз зв'язк коммуникац комунікац коммуникацион камунікац επικοινων
telecommunication: телекоммуникац телекомунікац телекамунікац τηλεπικοινων
information: информац інформац інфармац информацион πληροφορ|computer: компьютер вычислительн комп'ютер υπολογιστ
software: программн програмн λογισμικ|digital: цифров ψηφιακ|data: данных даних|internet: интернет інтернет διαδικτυ
network: сетев сеть сетей мереж δικτυ|cyber: кибер кібер κυβερν|satellite: спутников спутник супутник δορυφορ
aerospace: воздушно-космическ авиационно-космическ аэрокосмич αεροδιαστημ|nuclear: атомн ядерн атомнай πυρηνικ
thermonuclear: термоядерн|reactor: реактор αντιδραστηρ|atomic: атом|physics: физик фізік фізик φυσικ
physical: физическ|technical physics: техфизик|mathematics: математик
experimental: экспериментальн эксперимент опытн експериментальн πειραματικ|testing: испытательн испытан
measurement: измерительн измерен|applied: прикладн|innovative: инновационн інноваційн інавацыйн иновационн
innovation: инновац інновац иновац καινοτομ|implementation: внедренческ
construction: строительн строительств будаўнічы будаўніцтв будівельн будівництв стройк строителств строител
construction: κατασκευ οικοδομ|building: здани|engineering: инженерн инжиниринг інжынір інжиніринг инженеринг
engineer: инженер|energy: энерг энергетическ энергетик энерджи енергет енергі ενεργει
power: силов мощност электроэнерг|power plant: электростанц|heat: теплов|thermal: тепл терм|hydro: гидравл
water: водн водоканал вод|oil: нефт нафт нефтян нафтов петрол πετρελαι|gas: газов газова газ αεριο
pipeline: трубопровод|refinery: нефтеперерабатывающ нафтаперапрацоўчы|fuel: топлив паливн горив καυσιμ
petroleum: нефтепродукт|transport: транспорт перевоз перевіз превоз μεταφορ
shipping: судоход пароход суднохідн мореплав ναυτιλ|fleet: флот στολ|navy: военно-морск військово-морськ ναυτικ
vessel: суда судно кораб кораблей|marine: морск морськ мораход θαλασσ|river: речн річков|port: порт пристанищ λιμεν
seaport: морпорт|ports: порты портове|terminal: терминал термінал|stevedoring: стивидорн стивідорн
railway: железнодорожн чыгунач залізничн железопътн σιδηροδρομ|railways: железные железных
road: дорож дорог дорожн шлях|bridge: мост|airport: аэропорт аэрапорт аеропорт летищ αεροδρομι
airline: авиакомпани авіякампані авіакомпан авиалини αερογραμμ|airlines: авиалини|flight: летн лётн политов
detachment: отряд|travel: путешеств ταξιδι|tourism: туризм туристическ туристичн τουρισ
hotel: отель отел гостиниц гатэл гасцініц готел хотел ξενοδοχει|logistics: логисти лагіст логіст
cargo: грузов карго товарн|customs: таможен митн мытн τελωνει|warehouse: склад
trading: торгов гандлёв торгівел торговельн търговск εμπορ|trade: торговл гандл торгівл търгови εμποριο
wholesale: оптов|shop: магазин|business: бизнес бізнес επιχειρηματικ|export: экспорт экспортн експорт εξαγωγ
import: импорт імпорт εισαγωγ|foreign economic: внешнеэкономическ зовнішньоекономічн
foreign trade: внешторг внешнеторгов|economic: экономическ эканамічн економічн икономическ οικονομικ
market: рынок рынк ринок пазар αγορ|exchange: бирж біржа обмен ανταλλακτηρι χρηματιστηρι|currency: валютн συναλλαγμα
clearing: клиринг|settlement: расчет расчёт расчетн розрахунк|payment: платежн платёж плащ πληρωμ
credit: кредит крэдыт πιστωτ|deposit: депозит|savings: сберегательн сбербанк
financial: финансов фінансав фінансов φινανσ χρηματοδοτ χρηματοοικονομ|finance: финанс фінанс
investment: инвестицион інвестыцыйн інвестиц инвестиц επενδυ|insurance: страхов страхав застрахов страхован ασφαλιστ
reinsurance: перестрахов|leasing: лизинг лізинг|capital: капитал капітал κεφαλαι|asset: актив
property: имуществ собственност|share: паев|stock: фондов|mortgage: ипотечн|guarantee: гаранти
management: менеджмент управляющ кіраванн кіруюч управлінн управленск διαχειρ|managing: управляюч
consulting: консалтинг консультацион консультативн συμβουλευτικ|legal: юридическ правов|audit: аудит
service: сервис сервіс служб обслуживан услуг послуг служба υπηρεσι
security: безопасност безопасн бяспек безпек безпечн сигурност охранн ασφαλει|defense: оборон абарон отбран αμυν
defensive: оборонн αμυντικ|military: воен войсков военн ваенн військов воинск στρατιωτ|army: арми арміі армія στρατ
armed: вооруженн вооружённ збройн узброен въоръжен ενοπλ|forces: силы сил сили δυναμε
guard: гварди гвардейск гвардій охран φρουρ|national guard: нацгварди росгварди|unit: часть часці частин μοναδ
brigade: бригад ταξιαρχι|battalion: батальон батальён баталион ταγμα|regiment: полк полков
division: дивизи подразделен дивізі μεραρχι|corps: корпус|squad: дружин|militia: ополчен ополчение милиц πολιτοφυλακ
legion: легион|intelligence: разведк разведывательн розвідк разузнав αντικατασκοπ|counter: контр
prison: тюрьм тюремн затвор φυλακ|colony: колони|correctional: исправительн изправителн
border: пограничн погранич прикордонн|cossack: казач казак козац|volunteer: добровольческ|staff: штаб επιτελει
headquarters: главк|general staff: генштаб|combat: боев бойн μαχητικ|training: учебн подготовк навчальн εκπαιδευσ
veteran: ветеран|patriotic: патриотическ патріотичн патрыятычн πατριωτικ
youth: молодеж молодёж моладз молодіжн младеж νεολαι|young: юнош юных|children: детск дзіцяч дитяч παιδικ
women: женск жіноч жаноч γυναικ|governmental: правительств правителств уряд
federal: федеральн федэральн федералн ομοσπονδιακ|federation: федераци федерац ομοσπονδι
republic: республик рэспублік республік републик δημοκρατι
republican: республиканск рэспублікансk республіканськ републиканск
national: национальн нацыянальн національн национална εθνικ|nationalist: националист
international: международн міжнародн интернационал διεθν|interstate: межгосударствен міждержавн
public: общественн публичн грамадск громадськ обществен публічн δημοσι|private: частн приватн прыватн частно ιδιωτικ
main: главн галоўн головн κυρι|general: генеральн генералн генэральн γενικ|joint: совместн сумесн спільн κοιν
united: объединенн объединённ об'єднан аб'яднан обединен ενωμεν|ministry: министерств міністэрств міністерств υπουργει
minister: министр|agency: агентств агенцтв агенци πρακτορει|committee: комитет камітэт комітет επιτροπ
council: совет савет рад рада съвет συμβουλι|court: суд съд δικαστηρι|prosecutor: прокурор прокуратур εισαγγελ
administration: администраци адміністрацы адміністрац διοικησ|department: департамент дэпартамент отдел τμημα
directorate: управлени дирекци дирекция кіраўніцтв διευθυνσ|commission: комисси камісі комісі комиси επιτροπ
election: избирательн выборч виборч избирател εκλογ|party: парти партыя κομμα|movement: движени рух движение κινημα
front: фронт μετωπ|union: союз саюз съюз σωματει συνδικατ|fund: фонда ταμει
charity: благотворительн благодійн φιλανθρωπικ|charitable: дабрачынн|relief: помощ подпомаг βοηθει
organization: организаци арганізац організац οργανωσ οργανισμ|society: общество обществ таварыств товариств κοινωνι
community: община сообществ спільнот общност κοινοτητ|club: клуб|league: лига|chamber: палат
academy: академи академі ακαδημ|university: университет універсітэт університет πανεπιστημι|school: школ σχολ
college: колледж|education: образован освіт образовател εκπαιδ|museum: музей музе μουσει|library: библиотек бібліятэк
theater: театр|culture: культур полит култур πολιτισ|cultural: культурн πολιτιστικ|religious: религиозн θρησκευτικ
orthodox: православн|church: церков|sport: спорт αθλητ|health: здравоохранен здоров υγει|medical: медицин ιατρικ
hospital: больниц госпитал νοσοκομει|clinic: клиник|laboratory: лаборатори εργαστηρι|house: дом
publishing: издательск видавнич εκδοτικ|newspaper: газет εφημεριδ|magazine: журнал|news: новост новин ειδησ
media: медиа медыя медіа μεσων|television: телевизион телевиз тэлевізій телебачен тэлебачанн τηλεορασ
broadcasting: вещательн вещан телерадио радиовещ мовленн|film: фильм кинематограф|channel: канал|editorial: редакц
dialogue: диалог|monitoring: мониторинг|muslim: мусульман мюсюлман μουσουλμαν|jihad: джихад τζιχαντ
revolutionary: революцион революцій επαναστατικ|revolution: революци επαναστασ
democratic: демократическ демократичн δημοκρατικ|socialist: социалист σοσιαλιστ
communist: коммунист комунист κομμουνιστ|workers: рабоч трудов εργατικ|fighting: бойн|supporters: поддръжниц
soldiers: войниц|land: земл земя|martyrs: мъчениц|god: бог|south: юг южн південн νοτι
north: север північн північ βορει|west: запад западн західн δυτικ|southeast: юго-восток|northwest: северо-запад
far eastern: дальневосточн|eastern: восточн|northern: северн|southern: южн|western: западн|pacific: тихоокеанск
donbass: донбасс донбас|polar: полярн|ocean: океан|named: имени імені імя им ім|new: новый новая новое новы
first: перв перш първ πρωτ|second: втор другий|third: трет τριτ|red: красн|white: бел|green: зелен
imperial: императорск|royal: королевск|grand: больш|great: велик|light: свет|world: миров всемирн παγκοσμι
global: глобальн|universal: универсальн|modern: современн|advanced: передов|additive: аддитивн|low: низк|high: высок
temperature: температур|automotive: авто|wheeled: колесн колёсн|wheel: колес|rail: рельсов
carriage: вагон вагоностроительн|locomotive: локомотив тепловозостроительн|bearing: подшипник|control: контрол
material: материал|resource: ресурс|commodity: товар|raw: сыр|supply: снабжен поставк
operating: эксплуатиру эксплуатацион|operation: операц|project: проект проэкт|program: программ
environmental: экологическ|ecology: эколог|expert: эксперт|analytical: аналитическ|social: социальн соціальн κοινωνικ
relations: связей отношен|humanitarian: гуманитар|diaspora: зарубежь зарубежье|values: ценност αξι
protection: защит прагосподар προστασι|non profit: некоммерческ неприбуткο|autonomous: автономн аўтаномн
branch: филиал філіял|subsidiary: дочерн даччын θυγατρικ|unitary: унитарн унітарн єдин единн единο ενιαι
budgetary: бюджетн|institution: учрежден установ|zone: зон ζων|region: регион област περιφερει
regional: региональн областн|district: район|city: город городск град πολη|municipal: муниципальн|village: сел
park: парк|territory: территор|province: провинц επαρχι|street: улиц|country: стран|server: сервер|element: элемент
standard: стандарт|quality: качеств|semiconductor: полупроводник|microcircuit: микросхем|crystal: кристалл
sensor: датчик|camera: камер|photo: фото|printing: типограф|graphic: график|sapphire: сапфир
plastic: пластик пластмасс|rubber: резин каучук|polymer: полимер|synthetic: синтетическ|fiber: волокн
composite: композит|carbon: углерод|welding: сварочн|vacuum: вакуум|cryogenic: криоген|hydraulic: гидравлическ
pneumatic: пневматическ|hydro engineering: гидротехн|lottery: лотере|casino: казино|game: игр|toy: игруш
clothing: одежд|shoe: обув|jewelry: ювелирн|duty free: беспошлин|resort: курорт|sanatorium: санатор
restaurant: ресторан|catering: питан|bureau of: бюра|potassium: кали|salt: солян сол|forest: лес|tree: дерев
garden: сад|bird: птиц|poultry: птицеводческ птицефабрик|animal: животн|veterinary: ветеринар|seed: семен семя
biological: биологич|biotechnology: биотехнолог|vaccine: вакцин|virus: вирус|genetic: генетич
microbiology: микробиолог|toxicology: токсиколог|hygiene: гигиен
"""
"""Slavic and Greek words, by their beginnings."""

INFLECTED_PLACES = """
russian: русск российск расійск російськ руск ρωσικ|russia: россия россии|all russian: всероссийск панрус
belarusian: белорусск беларуск білоруськ λευκορωσικ|ukrainian: украинск українськ ουκρανικ
crimean: крымск кримськ кримск|crimea: крым κριμαι|soviet: советск|korean: корейск κορεατικ|iranian: иранск ιρανικ
syrian: сирийск συριακ|chinese: китайск κινεζικ|georgian: грузинск|kazakh: казахстанск|armenian: армянск
azerbaijan: азербайджан|israeli: израильск|palestinian: палестинск παλαιστινιακ|palestine: палестин παλαιστιν
iraqi: иракск|afghan: афганск|turkish: турецк|kurdish: кюрдск курдск|kurdistan: кюрдистан курдистан κουρδισταν
egyptian: египетск|tunisian: тунизийск|libyan: либийск ливийск|turkistan: туркистан|german: немецк
european: европейск європейськ ευρωπαϊκ|asian: азиатск|african: африканск|arab: арабск αραβικ
eurasian: евразийск євразійськ|baltic: балтийск балтій|caspian: каспийск|siberian: сибирск|arctic: арктическ
black sea: черноморск|azov: азовск|volga: волжск|ural: уральск урал уралск|kama: камск|kuban: кубанск|caucasus: кавказ
caucasian: кавказск|amur: амурск|neva: невск|don: донск|chelyabinsk: челябинск|moscow: москв московск μοσχ
saint petersburg: санкт-петербургск|nizhny novgorod: нижегородск|tula: тульск|kazan: казанск|omsk: омск|perm: пермск
ufa: уфимск|samara: самарск|saratov: саратовск|rostov: ростовск|ryazan: рязанск|vladimir: владимирск|kaluga: калужск
smolensk: смоленск|tver: тверск|yaroslavl: ярославск|kostroma: костромск|vologda: вологодск|penza: пензенск
kirov: кировск|kursk: курск|voronezh: воронежск|tambov: тамбовск|bryansk: брянск|oryol: орловск|lipetsk: липецк
belgorod: белгородск|ulyanovsk: ульяновск|astrakhan: астраханск|orenburg: оренбургск|izhevsk: ижевск
votkinsk: воткинск|tomsk: томск|novosibirsk: новосибирск|irkutsk: иркутск|krasnoyarsk: красноярск
khabarovsk: хабаровск|kemerovo: кемеровск|tyumen: тюменск|sarapul: сарапульск|serov: серовск|kovrov: ковровск
murom: муромск|pskov: псковск|murmansk: мурманск|arkhangelsk: архангельск|kaliningrad: калининградск
vladivostok: владивостокск|tatarstan: татарстан|chechen: чеченск|dagestan: дагестанск|bashkir: башкирск
buryat: бурятск|yakut: якутск|sevastopol: севастопольск|simferopol: симферопольск|kerch: керченск|feodosia: феодосийск
yalta: ялтинск|yevpatoria: евпаторийск|donetsk: донецк донецьк ντονετσκ|luhansk: луганск луганськ λουχανσκ λουγκανσκ
kherson: херсонск|zaporizhzhia: запорожск|mariupol: мариупольск|kharkiv: харьковск харківськ|kyiv: киевск київськ
odesa: одесск|lviv: львовск|dnipro: днепровск|minsk: минск мінск|gomel: гомельск|grodno: гродненск гродна
brest: брестск|vitebsk: витебск|mogilev: могилевск|bobruisk: бобруйск|orsha: оршанск аршанск|polotsk: полоцк
zhodino: жодинск|baranovichi: барановичск|almaty: алматинск|tashkent: ташкентск|bishkek: бишкекск|tbilisi: тбилисск
yerevan: ереванск|baku: бакинск|nizhny tagil: нижнетагильск|zlatoust: златоустовск|magnitogorsk: магнитогорск
novocherkassk: новочеркасск|balashikha: балашихинск|podolsk: подольск|serpukhov: серпуховск|kolomna: коломенск
shatura: шатурск|dubna: дубненск|zelenograd: зеленоградск|obninsk: обнинск|lytkarino: лыткаринск
krasnogorsk: красногорск|kurgan: курганск|chuvash: чувашск|cheboksary: чебоксарск|mari: марийск|tuva: тувинск
komi: коми|aleksin: алексинск|novorossiysk: новороссийск|taganrog: таганрогск|rybinsk: рыбинск|syria: συρια|iran: ιραν
iraq: ιρακ|myanmar: μιανμαρ|eritrea: ερυθραια еритре|philippines: φιλιππιν|korea: κορεα корея
belarus: λευκορωσια беларус|afghanistan: афганистан|lebanon: λιβαν|libya: λιβυη|tehran: τεχεραν
"""

WHOLE = """
levant: المشرق|combatant: مقاتل|money: نقود|defensive: الدفاعية|branch: شعبة|precious: ثمينة|mining: تعدين
combatant: المقاتلة|north: الشمالية شمال الشمال|sharia: الشريعة|applied: التطبيقية|higher: العالي|peninsula: جزيرة
currency: العملات|foreign: الأجنبية|sale: ببيع بيع|purchase: وشراء شراء
security: الأمنية امنية أمن الأمن امنیت امنیتی الامن|protection: للحماية الحماية|guarding: للحراسة الحراسة
armed: مسلح المسلحة|revolutionary: انقلابی الثورة|phosphates: للفوسفات الفوسفات|mines: المناجم|zone: منطقة منطقه
distribution: پخش توزيع|operation: بهره‌برداری|oil: نفتی نفط نفت النفط نفتية النفطية للنفط|precise: دقیق
training: آموزشی|metallurgy: متالورژی|reconstruction: سازندگی|jihad: جهاد الجهاد|self sufficiency: خودکفایی
air: هوایی الجوية جوية هوا جو|battery: باتری باطری|complex: مجتمع|school: مدارس مدرسه مدرسة
real estate: العقارية عقارية املاک للعقارات عقارات|bank: بنك مصرف بانک البنوك|company: شركة شرکت الشركة شركات شرکتهای
group: مجموعة گروه جماعة مجموعه المجموعة|industry: صناعات صناعة الصناعات صنایع صنعت صنايع
industrial: الصناعية صنعتی الصناعي صناعية
trading: تجارة التجارية تجاری تجارت بازرگانی تجارية للتجارة التجاري التجارة بازرگاني
general: عامة العامة العام عمومی کل|international: الدولية دولي الدولي العالمية بین‌المللی بین الملل بین‌الملل جهانی
transport: نقل للنقل حمل النقل ترابری حمل‌ونقل|shipping: ملاحة للملاحة کشتیرانی الملاحة للشحن شحن کشتیراني
exchange: صرافة للصرافة صرافی الصرافة صرافي|organization: منظمة تنظيم تنظیم سازمان هيئة organização
foundation: مؤسسة بنیاد موسسه مؤسسه المؤسسة بنياد|association: جمعية انجمن الجمعية رابطة اتحادية
union: اتحاد اتحادیه الاتحاد|center: مركز مرکز المركز|institute: معهد المعهد پژوهشگاه انستیتو موسسۀ پژوهشکده
university: جامعة دانشگاه الجامعة|college: كلية دانشکده|ministry: وزارة وزارت|minister: وزير وزیر
research: تحقیقات أبحاث بحوث للبحوث البحوث الأبحاث تحقیقاتی پژوهش پژوهشی|studies: دراسات للدراسات مطالعات
scientific: العلمية علمی علمي العلوم علوم|science: علم|office: مكتب دفتر المكتب|army: جيش ارتش الجيش سپاه
forces: قوات نیروهای القوات|force: قوة نیروی نیرو
islamic: اسلامية الإسلامية اسلامی الاسلامي الاسلامية إسلامية الإسلامي|state: دولة الدولة الحكومية دولتی
government: حكومة دولت|republic: جمهورية جمهوری الجمهورية|council: مجلس شورای شورا|committee: لجنة کمیته
commission: کمیسیون هيئه|party: حزب|front: جبهة جبهه|movement: حركة الحركة جنبش
brigade: لواء كتائب كتيبة تیپ سرايا سرايه|division: فرقة لشکر|corps: فيلق|guards: پاسداران حرس|revolution: انقلاب ثورة
people: مردم شعب|popular: الشعبية الشعبي شعبية|martyr: شهيد شهید الشهيد|martyrs: شهداء الشهداء شهدای
supporters: أنصار انصار|network: شبكة شبکه
construction: إنشاءات للإنشاءات ساختمانی المقاولات للمقاولات مقاولات البناء ساختمان ساخت عمرانی الإنشاءات انشاءات
contracting: للتعهدات تعهدات|building: بناء
investment: استثمار للاستثمار سرمایه‌گذاری الاستثمار استثمارات للاستثمارات سرمایه گذاری
engineering: هندسية مهندسی الهندسية للهندسة هندسة الهندسة مهندسي|engineers: مهندسين مهندسان
petroleum: بترول پترول البترول|gas: غاز گاز الغاز|refinery: مصفاة پالایش پالایشگاه|energy: انرژی طاقة الطاقة
power: نیرو برق|electricity: كهرباء الكهرباء|electric: الكهربائية الکتریک
chemical: شیمیایی كيماوية شیمی الكيماوية كيميائية الكيميائية|petrochemical: پتروشیمی بتروكيماويات
electronic: الکترونیک إلكترونية الالكترونيات إلكترونيات الكترونيك
technology: تكنولوجيا فناوری التكنولوجيا تقنية التقنية تکنولوژی للتكنولوجيا|technical: فنی الفنية فنية
national: وطنية ملی الوطنية الوطني وطني ملي|development: تنمية توسعه للتنمية التنمية تطوير
services: خدمات للخدمات الخدمات خدماتی|service: خدمة|limited: المحدودة لمتد محدودة المحدوده محدود
liability: المسؤولية مسؤولية|joint stock: مساهمة المساهمة سهامی|private: خاصة الخاصة خاص خصوصی|public: عام
holding: القابضة قابضة هلدینگ|military: نظامی العسكرية عسكرية العسكري|defense: دفاع الدفاع دفاعی
aviation: طيران هوایی هواپیمایی الطيران للطيران|airline: الخطوط هواپیمائی|airlines: خطوط
aircraft: هواپیماسازی هواپیما طائرات|helicopter: هلیکوپتر بالگرد هليكوپتر|aerospace: هوافضا هوافضای
space: فضا فضایی الفضاء|marine: دریایی بحري البحرية بحرية دریا|naval: البحري|port: ميناء بندر|ports: موانئ بنادر
sea: بحر|ship: کشتی سفينة|shipbuilding: کشتی‌سازی کشتی سازی|import: استيراد واردات الاستيراد
export: تصدير صادرات والتصدير التصدير|factory: مصنع کارخانه معمل|factories: مصانع كارخانجات کارخانجات|plant: کارخانۀ
agency: وكالة آژانس خبرگزاری|news: أنباء الأنباء خبر اخبار|media: إعلام الإعلام الاعلام اعلامي
information: اطلاعات معلومات المعلومات|intelligence: مخابرات المخابرات الاستخبارات استخبارات
police: شرطة پلیس الشرطة نیروى انتظامی|radio: إذاعة رادیو|television: تلفزيون التلفزيون تلفزیون سیما|channel: قناة
broadcasting: صدا|satellite: فضائية ماهواره|communication: اتصالات ارتباطات للاتصالات الاتصالات
telecommunication: مخابراتی|computer: کامپیوتر رایانه كمبيوتر|software: نرم‌افزار برمجيات|data: داده بيانات
internet: انترنت اینترنت|cyber: سایبری سيبراني|electronics: الالكترونية|laser: لیزر|optics: اپتیک
nuclear: هسته‌ای نووية|atomic: اتمی ذرية الذرية|missile: موشک موشکی صاروخ الصواريخ|weapons: أسلحة
ammunition: مهمات ذخيرة|metal: فلز معادن|mining: معدن معدنی التعدين|minerals: معادن|steel: فولاد حديد الحديد صلب
iron: آهن|copper: مس نحاس|aluminium: آلومینیوم ألمنيوم|gold: ذهب الذهب طلا|jewelry: مجوهرات للمجوهرات جواهر
cement: سیمان اسمنت الاسمنت|automobile: خودرو سيارات السيارات خودروسازی|machinery: ماشین ماشین‌سازی آلات
machine: ماشین‌آلات|motor: موتور محركات|parts: قطعات قطع|equipment: تجهیزات معدات للمعدات المعدات|tools: ابزار
instrument: ابزاردقیق|pharmaceutical: دارویی داروسازی أدوية دوائية|medical: طبية پزشکی طبی الطبية
hospital: مستشفى بیمارستان|health: صحة بهداشت|food: غذایی أغذية غذائية الغذائية للمواد المواد مواد
agricultural: زراعية کشاورزی الزراعية زراعي|agriculture: زراعة|textile: نساجی نسيج|paper: ورق کاغذ
plastic: بلاستيك پلاستیک|carpet: فرش سجاد|tobacco: دخانیات تبغ التبغ|insurance: تأمين بیمه للتأمين التأمين
finance: تمويل مالی مالية المالية|financial: تامین|fund: صندوق|capital: رأس|market: سوق بازار|stock: بورس بورصة
money: أموال|charity: خيرية الخيرية خیریه|charitable: الخيري|relief: إغاثة امداد الإغاثة|support: دعم
welfare: رعاية رفاه|humanitarian: انسانية الإنسانية|social: اجتماعية|cooperative: تعاونی تعاونية تعاون
cooperation: همکاری|management: مدیریت إدارة ادارة الإدارة|consulting: مشاور استشارات للاستشارات|planning: برنامه‌ریزی
design: طراحی تصميم|supply: تامين|production: تولید إنتاج تولیدی الإنتاج|productive: توليدی|products: محصولات منتجات
manufacturing: تصنيع|travel: سفر مسافرتی للسفر سفريات السفر|tourism: گردشگری سياحة السياحة للسياحة سیاحتی
hotel: هتل فندق|mosque: مسجد|prison: زندان سجن|court: دادگاه محكمة المحكمة|judiciary: قضاییه
cultural: فرهنگی ثقافية الثقافية|culture: فرهنگ ثقافة|sport: ورزشی|youth: شباب جوانان الشباب|women: زنان
students: طلاب دانشجویان|workers: عمال|scholars: علماء|preaching: الدعوة دعوة|mujahideen: المجاهدين مجاهدين مجاهدین
fighting: القتال|sunna: السنة|holy: مقدس|land: أرض|heritage: تراث التراث إحياء|revival: احياء|call: دعوه
resistance: المقاومة مقاومة|liberation: تحرير آزادی التحرير|democratic: الديمقراطية ديمقراطية دموکراتیک
command: قيادة القيادة فرماندهی|headquarters: مقر قرارگاه ستاد|base: قاعدة پایگاه|branch: فرع شعبه
department: دائرة اداره قسم|directorate: مديرية|administration: الاداره|works: أعمال|business: کسب
brothers: إخوان الإخوان اخوان برادران|sons: أولاد پسران|house: دار بيت خانه|city: مدينة شهر|tower: برج
world: عالم جهان العالم|east: شرق الشرق|eastern: الشرقية شرقية|west: غرب الغرب|middle: الأوسط خاورمیانه
south: جنوب الجنوب|united: المتحدة متحدة|central: مرکزی المركزي المركزية|supreme: الأعلى عالی|special: خاصه ویژه
new: جديد جدید الجديدة نو نوین|modern: حديثة الحديثة|first: اول الاولى|advanced: المتقدمة متقدمة پیشرفته|multi: متعددة
global: عالمي|universal: العالمي|star: نجم ستاره|sun: شمس خورشید|moon: قمر|light: نور|victory: النصر نصر
peace: سلام السلام|hope: أمل|future: مستقبل آینده المستقبل|golden: طلایی الذهبية|green: سبز|blue: آبی
water: آب مياه المياه|fishing: صيد
"""
"""Arabic and Persian words."""

WHOLE_PLACES = """
arab: عربي العربية العربي عربية|gulf: خليج الخليج|emirates: الإمارات|iran: ایران إيران ايران
iranian: الإيرانية ایرانی ایرانیان|iraq: عراق العراق|iraqi: العراقية العراقي|syria: سوريا سورية|syrian: السورية السوري
lebanon: لبنان|lebanese: اللبنانية|yemen: اليمن يمن|yemeni: اليمنية|libya: ليبيا|libyan: الليبية|egypt: مصر
egyptian: المصرية|palestine: فلسطين|palestinian: الفلسطينية|jordan: الأردن|saudi: السعودية|kuwait: الكويت|qatar: قطر
bahrain: البحرين|oman: عمان|sudan: السودان|sudanese: السودانية|tunisia: تونس|algeria: الجزائر|morocco: المغرب
turkey: تركيا|afghanistan: أفغانستان افغانستان|pakistan: باكستان پاکستان|kurdistan: كردستان کردستان|somalia: الصومال
tehran: تهران طهران|isfahan: اصفهان|shiraz: شیراز|tabriz: تبریز|mashhad: مشهد|qom: قم|khorasan: خراسان
khuzestan: خوزستان|baghdad: بغداد|basra: البصرة|mosul: الموصل|damascus: دمشق|aleppo: حلب|homs: حمص|latakia: اللاذقية
tartous: طرطوس|beirut: بيروت|dubai: دبي|cairo: القاهرة|gaza: غزة|jerusalem: القدس|aden: عدن|sanaa: صنعاء
tripoli: طرابلس|benghazi: بنغازي|khartoum: الخرطوم|persian: پارس فارس|caspian: خزر|asia: آسیا آسيا|euphrates: الفرات
"""

WITHOUT_SPACES = """
bank: 银行 銀行 은행|company: 公司 会社 會社 회사|group: 集团 集團 그룹 グループ 단체|corporation: 총회사 总公司 總公司
trading: 贸易 貿易 商贸 商貿 무역 トレーディング 经贸 經貿 貿|trade: 商业 商業 商务 商務 상업 상사 商事 商会 商會|international: 国际 國際 국제 インターナショナル 인터내셔널
shipping: 船务 船務 航运 航運 海运 海運 해운 航業 船舶 船运 轮船 輪船 선박 シッピング|technology: 科技 技术 技術 기술 테크 テクノロジー|technologies: 테크놀로지
science and technology: 科学技术 科學技術 과학기술|science: 科学 科學 과학|electronic: 电子 電子 전자 エレクトロニクス|electric: 电气 電氣 電気 电器 電器 전기
electric power: 电力 電力 전력|industry: 工业 工業 实业 實業 産業 产业 產業 공업 산업 实業|machinery: 机械 機械 기계|machine: 机器 機器
machine tool: 机床 機床 공작기계|robot: 机器人 機器人 로봇|import: 进口 進口 수입|export: 出口 수출|import export: 进出口 進出口 输出入 수출입 输出輸入
investment: 投资 投資 투자|development: 开发 開發 发展 發展 개발 발전|construction: 建设 建設 建筑 건설 建築 建材|engineering: 工程 엔지니어링
chemical: 化工 化学 化學 화학|energy: 能源 에너지 新能源|petroleum: 石油 석유|petrochemical: 石化|oil: 原油 유류|gas: 燃气 燃氣 가스|coal: 煤炭 煤 석탄
logistics: 物流 물류 ロジスティクス|transport: 运输 運輸 운송 운수|freight: 货运 貨運|forwarding: 货代|supply chain: 供应链 供應鏈
management: 管理 경영 관리|service: 服务 服務 봉사 서비스|services: サービス|university: 大学 大學 대학|school: 学校 學校 학교
institute: 研究所 研究院 연구소 연구원|research: 研究 연구|academy: 学院 學院 科学院 科學院 아카데미|center: 中心 센터 センター 中央|bureau: 局 국
department: 部门 부 部|ministry: 성|office: 办公室 辦公室 처|committee: 委员会 委員會 위원회|association: 协会 協會 협회 学会|union: 联盟 聯盟 연맹 동맹 连合
general: 总 總 총|factory: 工厂 工廠 공장 厂 廠|shipyard: 船厂 船廠 造船厂 조선소|shipbuilding: 造船|insurance: 保险 保險 보험|securities: 证券 證券 증권
fund: 基金 기금|finance: 金融 금융|financial: 财务|aviation: 航空 항공|aerospace: 航天 航空航天 우주항공|space: 空间 우주|airline: 航空公司
satellite: 卫星 衛星 위성|airport: 机场 機場 비행장|semiconductor: 半导体 半導體 반도체|microelectronics: 微电子 微電子|precision: 精密 정밀
instrument: 仪器 儀器 仪表 儀表 기기|equipment: 设备 設備 장비 설비 装备 裝備|device: 装置 器件|component: 元件 元器件 零件 부품|hardware: 五金 硬件
information: 信息 資訊 정보 资讯|communication: 通信 通讯 통신 通訊|telecommunication: 电信 電信|network: 网络 網絡 네트워크|software: 软件 軟件 소프트웨어
computer: 计算机 電腦 电脑 计算 컴퓨터|data: 数据 數據 데이터|digital: 数码 数字 디지털|internet: 互联网|cloud: 云|intelligent: 智能 지능
automation: 自动化 自動化 자동화|cnc: 数控 數控|control: 控制 제어|optical: 光学 光學 광학|optoelectronics: 光电 光電|laser: 激光 레이저
material: 材料 재료 소재|new material: 新材料|metal: 金属 金屬 금속|steel: 钢铁 鋼鐵 钢 강철 제철|iron: 铁|copper: 铜|aluminium: 铝 铝业
metallurgical: 冶金 야금|mining: 矿业 礦業 광업 광산|mineral: 矿产 광물|gold: 黄金|rare earth: 稀土|plastic: 塑料|rubber: 橡胶|textile: 纺织 방직
garment: 服装 피복|clothing: 服饰|food: 食品 식료 식품|agricultural: 农业 農業 농업|fishery: 渔业 漁業 수산|marine: 海洋 해양 水产|medical: 医疗 醫療 의료
pharmaceutical: 医药 醫藥 制药 製藥 제약 药业|biological: 生物 생물|bio: 바이오|environmental: 环保|automobile: 汽车 汽車 자동차
motor: 电机 電機 马达 모터|engine: 发动机 發動機 엔진|power: 动力 動力 동력|vehicle: 车辆 车|bearing: 轴承|valve: 阀门|pump: 泵|cable: 电缆
battery: 电池 電池 배터리|photovoltaic: 光伏|solar: 太阳能|nuclear: 核 핵|nuclear power: 核电|defense: 国防 國防 국방|military: 军事 軍事 군사
army: 军 軍|peoples army: 인민군 人民军|security: 安全 保安 안전 보안 보위|police: 警察 경찰|ordnance: 兵器 兵工
unmanned aerial vehicle: 无人机 無人機 무인기|model: 模型|exhibition: 展览 전람 展覽|culture: 文化 문화|cultural: 文教|media: 传媒 媒体 미디어
advertising: 广告 광고|education: 教育 교육|travel: 旅行 려행|tourism: 旅游 관광|hotel: 酒店 호텔|restaurant: 餐饮 식당
real estate: 房地产 地產 地产 부동산|property: 物业 物業|decoration: 装饰|design: 设计 設計 설계|consulting: 咨询 諮詢 컨설팅|printing: 印刷 인쇄
packaging: 包装|paper: 纸业|wood: 木业|furniture: 家具|art: 艺术 미술|studio: 창작사|overseas: 海外 해외 对外 대외|foreign: 外国 외국
foreign trade: 对外贸易 대외무역|economic: 经济 經濟 경제|commercial: 商业银行|cooperation: 合作 협력 협조|joint venture: 合营 合資 합영
joint: 联合 聯合 련합 연합|united: 统一|enterprise: 企业 企業 기업 기업소|holdings: 控股 홀딩스|national: 国家 國家 국가 국립 国立|state: 국영 国有
central: 중앙|peoples: 인민 人民|people: 민족|democratic: 민주주의|republic: 共和国 共和國 공화국|party: 당 党|government: 政府 정부
general bureau: 총국 总局|reconnaissance: 정찰|supervision: 감독|prosecutors office: 검찰소|maritime: 해사|new: 新 신|first: 第一 제1
second: 第二 제2|great: 大|far east: 远东|eastern: 东方 東方 동방|north: 北方|south: 南方|western: 西部|pacific: 太平洋 태평양
asia pacific: 亚太 亞太|world: 世界 세계|global: 环球 環球 全球 글로벌|universal: 通用|century: 世纪|star: 星 별|sun: 太阳 태양|dragon: 龙 龍
golden: 金色|ocean: 远洋 遠洋 원양|force: 무력|strategy: 전략|rocket: 로케트|missile: 导弹 미사일|insurance company: 보험회사
development bank: 개발은행|city: 市|province: 省|district: 区 區
company limited: 股份有限公司 有限责任公司 有限責任公司 有限公司 有限會社 株式会社 株式會社 주식회사 유한회사 유한책임회사 有限会社 合同会社 股份公司|limited: 有限 유한
"""
"""Chinese, Japanese and Korean words."""

PLACES_WITHOUT_SPACES = """
democratic peoples republic of korea: 조선민주주의인민공화국 朝鲜民主主义人民共和国|asia: 亚洲 亞洲 아시아|hong kong: 香港 홍콩|macao: 澳门 澳門
taiwan: 台湾 台灣 臺灣 대만|china: 中国 中國 중국 华夏|sino: 中华|korea: 朝鲜 朝鮮 조선 韩国 韓國 한국 高丽|japan: 日本 일본 일본국|russia: 俄罗斯 로씨야 러시아
iran: 伊朗|syria: 叙利亚|vietnam: 越南|singapore: 新加坡 싱가포르|malaysia: 马来西亚|thailand: 泰国|pyongyang: 平壤 평양|seoul: 首尔 서울
rason: 라선 羅先|sinuiju: 신의주|wonsan: 원산|nampo: 남포|hamhung: 함흥|chongjin: 청진|beijing: 北京|shanghai: 上海|shenzhen: 深圳
guangzhou: 广州 廣州|guangdong: 广东 廣東|dongguan: 东莞 東莞|foshan: 佛山|zhuhai: 珠海|huizhou: 惠州|dalian: 大连 大連|dandong: 丹东 丹東
shenyang: 沈阳 瀋陽|liaoning: 辽宁 遼寧|jilin: 吉林|yanbian: 延边|hunchun: 珲春|harbin: 哈尔滨 哈爾濱|heilongjiang: 黑龙江|tianjin: 天津
hebei: 河北|shijiazhuang: 石家庄|shandong: 山东 山東|qingdao: 青岛 青島|yantai: 烟台|weihai: 威海|jinan: 济南|shanxi: 山西|shaanxi: 陕西
xian: 西安|henan: 河南|zhengzhou: 郑州|luoyang: 洛阳|hubei: 湖北|wuhan: 武汉 武漢|hunan: 湖南|changsha: 长沙|jiangsu: 江苏 江蘇|nanjing: 南京
suzhou: 苏州 蘇州|wuxi: 无锡 無錫|changzhou: 常州|nantong: 南通|yangzhou: 扬州|xuzhou: 徐州|zhejiang: 浙江|hangzhou: 杭州|ningbo: 宁波 寧波
wenzhou: 温州|yiwu: 义乌|jinhua: 金华|taizhou: 台州 泰州|jiaxing: 嘉兴|shaoxing: 绍兴|anhui: 安徽|hefei: 合肥|fujian: 福建|fuzhou: 福州
xiamen: 厦门 廈門|quanzhou: 泉州|jiangxi: 江西|nanchang: 南昌|sichuan: 四川|chengdu: 成都|chongqing: 重庆 重慶|yunnan: 云南|kunming: 昆明
guizhou: 贵州|guangxi: 广西|nanning: 南宁|hainan: 海南|gansu: 甘肃|lanzhou: 兰州|xinjiang: 新疆|urumqi: 乌鲁木齐|inner mongolia: 内蒙古
tokyo: 東京|osaka: 大阪|taipei: 台北 臺北|kaohsiung: 高雄
"""

ACRONYMS = """
nii: research institute|npo: research production association|npp: research production enterprise
npf: research production firm|npk: research production company|npts: research production center|kb: design bureau
okb: experimental design bureau|tskb: central design bureau|skb: special design bureau|gnts: state research center
ntts: scientific technical center|tsnii: central research institute|vnii: all russian research institute
pmc: private military company|ntc: scientific technical center|stc: scientific technical center
rpa: research production association|rpe: research production enterprise
"""
"""Of Russian names, in Cyrillic and Latin."""
