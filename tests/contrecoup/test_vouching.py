"""Names that mean other things too, in both meanings and both languages."""

import sys
from types import FrameType

import pytest
from newsprint import TABLE, document

from contrecoup.entities import find_mentions

COMPANIES = [
    ("META", "fr", "Meta supprime des milliers de postes"),
    ("META", "en", "Meta to cut thousands of jobs"),
    ("META", "fr", "Facebook visé par une enquête"),
    ("META", "en", "Facebook removes thousands of accounts"),
    ("META", "fr", "Enquête sur Facebook"),
    ("META", "fr", "Censuré sur Facebook, il porte plainte"),
    ("META", "en", "Meta's data centre is so large"),
    ("META", "fr", "Ils demandent à Facebook de payer"),
    ("ARM", "fr", "SoftBank s'accroche à Arm"),
    ("TTE.PA", "fr", "Le gouvernement réclame des comptes à Total, le pétrolier"),
    ("V", "fr", "Visa et Mastercard relèvent leurs commissions"),
    ("V", "en", "Visa and Mastercard raise fees"),
    ("V", "fr", "Visa lance une carte pour les jeunes"),
    ("V", "en", "Merchants sue Visa over credit card fees"),
    ("XYZ", "fr", "Block supprime un millier d'emplois"),
    ("XYZ", "en", "Calls of the day: Block, Broadcom and UPS"),
    ("XYZ", "en", "Jack Dorsey's Block lays off staff"),
    ("XYZ", "fr", "Square, la société de Jack Dorsey"),
    ("XYZ", "en", "Square launches a reader for phones"),
    ("ORA.PA", "fr", "L'opérateur Orange relève ses prix"),
    ("ORA.PA", "fr", "Le patron d'Orange devant la justice"),
    ("ORA.PA", "fr", "À la tête d’Orange"),
    ("ORA.PA", "en", "Orange sells its Romanian fixed-line telecom unit"),
    ("ORA.PA", "en", "Vodafone and Orange share a network"),
    ("TTE.PA", "fr", "Total rachète un raffineur"),
    ("TTE.PA", "en", "Total and Shell leave the oil project"),
    ("TTE.PA", "fr", "Nvidia ou Total ? Deux valeurs"),
    ("CORZ", "fr", "Core Scientific grimpe ; Core héberge CoreWeave"),
    ("CORZ", "en", "CoreWeave renews its offer for Core"),
    ("org:seek", "fr", "Seek, site de petites annonces d'emploi"),
    ("org:seek", "en", "Job ads fall again, says Seek"),
    ("org:seek", "en", "Seek launches a recruitment tool"),
    ("org:sage", "fr", "L'éditeur de logiciels de comptabilité Sage"),
    ("org:sage", "en", "Sage shares climb"),
    ("ARM", "fr", "Arm dévoile une puce"),
    ("ARM", "fr", "ARM et Qualcomm au tribunal"),
    ("ARM", "en", "Arm raises its forecast"),
    ("ARM", "en", "SoftBank-backed Arm falls 5%"),
    ("CARR", "fr", "Carrier, spécialiste de la climatisation"),
    ("CARR", "en", "Carrier stock slips"),
    ("AAPL", "fr", "Apple rappelle ses montres"),
    ("AAPL", "en", "Apple recalls its watches"),
    ("AAPL", "en", "Apple and the fruit on every iPhone"),
    ("AMZN", "fr", "Amazon ouvre un entrepôt"),
    ("AMZN", "en", "Layoffs at Amazon"),
    ("AMZN", "en", "Amazon Web Services goes down"),
    ("GOOGL", "fr", "Google condamné à payer"),
    ("GOOGL", "en", "Start-ups take on Google"),
    ("GOOGL", "en", "Alphabet tops four trillion"),
    ("INTC", "fr", "Intel ferme une usine"),
    ("INTC", "en", "Intel shuts a plant"),
    ("MU", "fr", "Micron investit à Singapour"),
    ("MU", "en", "Micron invests in Singapore"),
    ("AMD", "fr", "AMD prend des parts à ses rivaux"),
    ("AMD", "en", "AMD takes share from rivals"),
    ("ORCL", "fr", "Oracle signe un contrat"),
    ("ORCL", "en", "Oracle signs a contract"),
    ("DELL", "fr", "Dell livre ses premiers serveurs"),
    ("DELL", "en", "Dell ships its first servers"),
    ("TSLA", "fr", "Tesla livre moins de voitures"),
    ("TSLA", "en", "Tesla delivers fewer cars"),
    ("MSTR", "fr", "Strategy achète encore 500 bitcoins"),
    ("MSTR", "en", "Michael Saylor's Strategy halts purchases"),
    ("ETH-USD", "fr", "L'ether et les autres jetons reculent"),
    ("ETH-USD", "en", "Ether treasuries multiply on the blockchain"),
    ("CEG", "fr", "Constellation relance un réacteur nucléaire"),
    ("CEG", "en", "Constellation restarts a nuclear plant"),
    ("MARA", "fr", "Marathon, mineur de bitcoin"),
    ("MARA", "en", "Marathon mines more bitcoin"),
    ("RIOT", "fr", "Riot agrandit son site de Corsicana"),
    ("RIOT", "en", "Riot expands its bitcoin site"),
    ("^GSPC", "en", "S&P closes at a record high on Wall Street"),
    ("^GSPC", "fr", "Le S&P 500 recule"),
]
OTHERS = [
    ("META", "fr", "Une méta-analyse de cent études"),
    ("META", "en", "The new meta in competitive decks"),
    ("META", "en", "Meta-analysis of a hundred trials"),
    ("META", "fr", "Elle s'explique sur Facebook"),
    ("META", "fr", "Un groupe Facebook fermé par la police"),
    ("META", "fr", "Un appel lancé sur leur page Facebook"),
    ("META", "en", "He said so in a Facebook post"),
    ("META", "en", "A video shared on Facebook"),
    ("V", "fr", "Visa pour l'image ouvre à Perpignan"),
    ("V", "fr", "Visa : les étudiants étrangers attendent"),
    ("V", "en", "H-1B Visa Applicants Face New Fees"),
    ("V", "en", "Trump's Golden Visa Program"),
    ("XYZ", "fr", "Le Bloc québécois et le Block du quartier"),
    ("XYZ", "en", "Courts Block Merger As Shares Fall 5%"),
    ("XYZ", "en", "New Year's Eve in Times Square"),
    ("XYZ", "en", "H&R Block shares fall"),
    ("ORA.PA", "fr", "Un homme tué à Orange, dans le Vaucluse"),
    ("ORA.PA", "fr", "Alerte Orange : pluie et inondations"),
    ("ORA.PA", "fr", "Sondage BVA-Orange : les Français pessimistes"),
    ("ORA.PA", "fr", "Jus d'Orange : les prix bondissent de 20 %"),
    ("ORA.PA", "en", "Orange County house prices fall"),
    ("ORA.PA", "en", "Fresh Orange Juice Futures Rally"),
    ("TTE.PA", "fr", "Total des dépenses : un milliard"),
    ("TTE.PA", "en", "Total Revenue Beats Estimates As Shares Jump 5%"),
    ("TTE.PA", "en", "Nvidia's Total Addressable Market"),
    ("CORZ", "fr", "Le Core i7 et le Core Ultra d'Intel"),
    ("CORZ", "en", "Core Inflation Rises 3%, Stocks Fall"),
    ("org:seek", "fr", "Elles partent à la recherche d'emploi, Seek and destroy"),
    ("org:seek", "en", "Investors Seek Shelter In Bonds"),
    ("org:sage", "fr", "La Sage femme et l'enfant Sage"),
    ("org:sage", "en", "Sage Therapeutics shares jump 30%"),
    ("ARM", "fr", "Un bras robotique, dit « robot Arm »"),
    ("ARM", "en", "Google's Venture Capital Arm Raises $1 Billion"),
    ("ARM", "en", "A Shot In The Arm For Chip Stocks"),
    ("ARM", "en", "Windows on Arm-based laptops"),
    ("CARR", "fr", "Un Aircraft Carrier américain en mer"),
    ("CARR", "en", "US Air Carrier Shares Fall 5%"),
    ("AAPL", "fr", "La recette de l'Apple Pie"),
    ("AAPL", "en", "Grandma's Apple Pie And Other Recipes"),
    ("AAPL", "en", "Apple Harvest Begins In Washington Orchards"),
    ("AMZN", "fr", "En Amazonie, la forêt brûle"),
    ("AMZN", "en", "Amazon Rainforest Fires Rage"),
    ("AMZN", "en", "Indigenous Leaders Defend The Amazon Forest And Its Rivers, A Tribe Says"),
    ("AMZN", "en", "A big discount on headphones at Amazon"),
    ("GOOGL", "fr", "Il laisse un avis sur Google"),
    ("GOOGL", "en", "Alphabet Soup For The Soul"),
    ("INTC", "fr", "Le chef de la CIA et ses « Intel reports »"),
    ("INTC", "en", "House Intel Committee Meets"),
    ("MU", "fr", "Un micron de poussière"),
    ("MU", "en", "A 5-micron filter"),
    ("AMD", "fr", "La DMLA (AMD humide) : un traitement de la rétine"),
    ("AMD", "en", "A drug for wet AMD"),
    ("ORCL", "fr", "L'Oracle de Delphes"),
    ("ORCL", "en", "The Oracle of Omaha buys more"),
    ("DELL", "fr", "La commedia Dell'Arte"),
    ("DELL", "en", "Michael Dell gives to charity"),
    ("TSLA", "fr", "Nikola Tesla, l'inventeur"),
    ("TSLA", "en", "A 7 Tesla MRI scanner"),
    ("MSTR", "fr", "La Strategy du groupe"),
    ("MSTR", "en", "A Bitcoin Strategy For 2025: Stocks And Coins"),
    ("ETH-USD", "fr", "Des chercheurs de l'ETH de Zurich"),
    ("ETH-USD", "en", "Researchers at ETH Zurich"),
    ("ETH-USD", "en", "Lost in the ether"),
    ("CEG", "fr", "Une Constellation de satellites"),
    ("CEG", "en", "Constellation Brands shares fall"),
    ("MARA", "fr", "Le Marathon de Paris"),
    ("MARA", "en", "Marathon Petroleum shares fall"),
    ("RIOT", "fr", "Riot Games licencie"),
    ("RIOT", "en", "Riot Police At The Stock Exchange"),
    ("BTC-USD", "fr", "American Bitcoin, l'affaire des fils Trump"),
    ("BTC-USD", "en", "Bitcoin Depot pays a fine"),
    ("^GSPC", "en", "S&P Global cuts its outlook"),
]


def reasons(title: str, lang: str) -> dict[str, str]:
    """Reason of the last mention of each target."""
    return {m.target: m.reason for m in find_mentions(document(title, lang), TABLE)}


@pytest.mark.parametrize(("target", "lang", "title"), COMPANIES)
def test_a_name_that_could_be_a_word_is_the_company_where_something_vouches_for_it(
    target: str, lang: str, title: str
) -> None:
    """A deed, a title, a list, its own words or its capitals."""
    assert target in reasons(title, lang)


@pytest.mark.parametrize(("target", "lang", "title"), OTHERS)
def test_the_same_name_in_its_other_meaning_is_no_company(target: str, lang: str, title: str) -> None:
    """Fruit, towns, papers of entry, limbs, places to publish, and other companies."""
    assert target not in reasons(title, lang)


@pytest.mark.parametrize(
    ("lang", "title", "target", "reason"),
    [
        ("fr", "Apple rappelle ses montres", "AAPL", "usual_name"),
        ("en", "Apple recalls its watches", "AAPL", "usual_name"),
        ("fr", "Le patron d'Orange démissionne", "ORA.PA", "name_with_title"),
        ("en", "Block stock slides", "XYZ", "name_with_title"),
        ("fr", "Orange lance une offre", "ORA.PA", "name_as_subject"),
        ("en", "Visa's new offices", "V", "name_as_subject"),
        ("fr", "Nvidia, Total et Airbus", "TTE.PA", "name_in_list"),
        ("en", "Block, Visa, and Broadcom", "XYZ", "name_in_list"),
        ("fr", "Visa face à Mastercard", "V", "name_in_context"),
        ("en", "Rivals of Orange in broadband", "ORA.PA", "name_in_context"),
        ("fr", "Core Scientific : le pari de Core", "CORZ", "short_name"),
        ("en", "TotalEnergies, or the old Total", "TTE.PA", "short_name"),
        ("fr", "Nvidia regarde du côté d'Arm", "ARM", "name_in_context"),
        ("en", "What Palantir learned from Legrand", "LR.PA", "name_near_company"),
        ("fr", "La séance sourit à Legrand", "LR.PA", "name_in_market_talk"),
        ("en", "Analysts like Legrand", "LR.PA", "name_in_market_talk"),
        ("en", "NVDA and more TSM worries", "TSM", "ticker_in_context"),
        ("fr", "NVDA et TSM en tête", "TSM", "ticker_in_context"),
    ],
)
def test_the_reason_says_what_vouched(lang: str, title: str, target: str, reason: str) -> None:
    """Every kind of evidence has a code of its own."""
    assert reasons(title, lang)[target] == reason


def test_a_place_is_no_mention_however_often_the_company_is_named() -> None:
    """Where Facebook acts it counts, where others post on it it does not."""
    found = find_mentions(document("Facebook condamné. Il réagit sur Facebook.", "fr"), TABLE)
    assert [m.start for m in found] == [0]


def steps(text: str) -> int:
    """Calls made while a text is searched."""
    count = 0

    def step(_frame: FrameType, _event: str, _arg: object) -> None:
        nonlocal count
        count += 1

    one = document("", "en", text)
    sys.setprofile(step)
    try:
        find_mentions(one, TABLE)
    finally:
        sys.setprofile(None)
    return count


def test_sixteen_times_the_names_take_hardly_more_than_sixteen_times_the_work() -> None:
    """Neighbours are found by bisection: a text of nothing but names costs the logarithm more."""
    names = "Seen by Legrand. Told to Nvidia. Core of Total. "
    steps(names * 50)
    assert steps(names * 800) < 18 * steps(names * 50)
