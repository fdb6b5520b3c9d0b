"""Hard pairs: two articles that each name a thing, and whether the two are one, as a careful reader knows.

A side is a name and its class, then other names of it, then what its article says of it ("developedBy Acme"). Agents
that a side only mentions stand after "with". Made-up names stand beside real ones, so that known.ttl does not know all.
"""

from typing import NamedTuple


class Side(NamedTuple):
    """A thing as one article names it."""

    name: str
    kind: str
    also: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


def side(name: str, kind: str, *more: str) -> Side:
    said = tuple(each for each in more if " " in each and each.split()[0] in VERBS)
    return Side(name, kind, tuple(each for each in more if each not in said), said)


VERBS = {"developedBy", "partOf", "releasedBy", "with"}
C, L, P, M, A, D, S, G, E, U = (
    "Company ResearchLab Person AIModel Application Device Platform GovernmentBody Event University".split()
)

ONE = [
    # forms of one name
    (side("Google LLC", C), side("Google", C)),
    (side("Alphabet's Google", C), side("Google LLC", C)),
    (side("Meta Platforms, Inc.", C), side("Meta", C)),
    (side("Amazon.com Inc.", C), side("Amazon", C)),
    (side("Zorgon Holdings LLC", C), side("Zorgon Holdings", "Organization")),
    (side("The Browser Company", C), side("Browser Company", C)),
    (side("NESTLÉ", C), side("Nestle S.A.", C)),
    (side("GPT-4o", M), side("GPT 4o", M)),
    (side("gpt-5", M), side("GPT-5", "Software")),
    (side("U.S. Department of Justice", G), side("US Department of Justice", G)),
    (side("Ferrovia S.p.A.", C), side("Ferrovia", C)),
    (side("Zorgon Technologies Ltd.", C), side("Zorgon Technologies", C)),
    (side("Claude Opus 4.5", M), side("Claude Opus 4.5", "Product")),
    # known names of one thing
    (side("AWS", C), side("Amazon Web Services", C)),
    (side("DeepMind", L), side("Google DeepMind", L)),
    (side("SSI", C), side("Safe Superintelligence Inc.", C)),
    (side("Facebook AI Research", L, "FAIR"), side("FAIR", L)),
    (side("Advanced Micro Devices", C), side("AMD", C)),
    (side("Bing Chat", A), side("Microsoft Copilot", A)),
    # blanks and capitals
    (side("OpenAI", C), side("Open AI", C)),
    (side("DataBridge", C), side("Data Bridge", C)),
    (side("YouTube", S), side("You Tube", S)),
    (side("Hyperdrive X", D), side("HyperDriveX", D)),
    (side("GitHub", S), side("Github", S)),
    # slips
    (side("Anthropic", C), side("Antropic", C)),
    (side("Sam Altman", P), side("Sam Altmann", P)),
    (side("Jensen Huang", P), side("Jenson Huang", P)),
    (side("Perplexity", C), side("Perplexitty", C)),
    (side("Zorgonaut Robotics", C), side("Zorgonuat Robotics", C)),
    (side("Satya Nadella", P), side("Satya Nadela", P)),
    (side("Hugging Face", C), side("Huging Face", C)),
    # names that one article ties together
    (side("Zorgon Trade Commission", G, "ZTC"), side("ZTC", G)),
    (side("Orbital Insight Group", C, "OIG"), side("OIG", C)),
    (side("International Quantum Consortium", "Organization", "IQC"), side("IQC", "Organization")),
    (side("Helion Fusion Works", C, "Helion Fusion"), side("Helion Fusion", C)),
    (side("Zorg Ultra Max", D, "Zorg UM"), side("Zorg UM", D)),
    # the owner's name first
    (side("Superintelligence Labs", L, "partOf Meta"), side("Meta Superintelligence Labs", L)),
    (side("Robotics Institute", L, "partOf Zorgon"), side("Zorgon Robotics Institute", L)),
    (side("Cloud Studio", A, "developedBy Zorgon"), side("Zorgon Cloud Studio", A)),
    (side("Flow", A, "developedBy Qix"), side("Qix Flow", A, "developedBy Qix")),
    (side("Zorgon's Voyager", D, "with Zorgon"), side("Voyager", D)),
    # one product, though its makers differ
    (side("Lumen", M, "developedBy Zorgon"), side("Lumen", M, "developedBy Zorgon Labs")),
    (side("Lumen", M, "developedBy Zorgon"), side("Lumen", M)),
    (side("Vega", D, "developedBy Zorgon"), side("Vega", D, "developedBy Qix", "with Zorgon")),
    (side("Gemini", M, "developedBy Google"), side("Gemini", M, "developedBy Google DeepMind")),
    (side("ChatGPT", A, "developedBy OpenAI"), side("ChatGPT", A, "developedBy Apple")),
    (side("Gemini", M), side("Google Gemini", M, "developedBy Google")),
    # known to a reader alone
    (side("International Business Machines", C), side("IBM", C)),
    (side("Twitter", S), side("X", S)),
    (side("Big Blue", C), side("IBM", C)),
    (side("Elon Musk's xAI", C), side("xAI", C)),
    (side("Salesforce's Slack", A), side("Slack", S)),
    (side("European Union", G), side("EU", G)),
    (side("Federal Trade Commission", G), side("FTC", G)),
    (side("President Joe Biden", P), side("Joe Biden", P)),
    (side("Mark Zuckerberg", P), side("Mark Elliot Zuckerberg", P)),
    (side("Zorgon Motor Company", C), side("Zorgon Motor", C)),
    (side("Zorgon Group", C), side("Zorgon", C)),
]
TWO = [
    # one name, two things
    (side("Flow", A, "developedBy Google"), side("Flow", A, "developedBy Microsoft")),
    (side("Gemini", M, "developedBy Google"), side("Gemini", D, "developedBy NASA")),
    (side("Gemini", M), side("Gemini", E)),
    (side("Atlas", D, "developedBy Boston Dynamics"), side("Atlas", A, "developedBy OpenAI")),
    (side("Orion", D, "developedBy Meta"), side("Orion", D, "developedBy Lockheed Martin")),
    (side("Pulse", A, "developedBy Zorgon"), side("Pulse", A, "developedBy Qix")),
    (side("Nimbus", S, "developedBy Zorgon"), side("Nimbus", D, "developedBy Thunder Motors")),
    (side("Phoenix", "Place"), side("Phoenix", A, "developedBy Arize")),
    (side("Mercury", C), side("Mercury", M, "developedBy Inception Labs")),
    (side("Sora", M), side("Sora", P)),
    (side("Zorgon", C), side("Zorgon", M)),
    # a name within a name
    (side("Apple", C), side("Apple Records", C)),
    (side("Amazon", C), side("Amazon Rainforest Fund", "Organization")),
    (side("Meta", C), side("Meta AI", A)),
    (side("Meta", C), side("Meta Superintelligence Labs", L, "partOf Meta")),
    (side("Microsoft", C), side("Microsoft Research", L, "partOf Microsoft")),
    (side("OpenAI", C), side("OpenAI Foundation", "Organization", "partOf OpenAI")),
    (side("Google", C), side("Google DeepMind", L)),
    (side("Samsung Electronics", C), side("Samsung Display", C)),
    (side("Moody's Analytics", C), side("Analytics", C)),
    (side("Superintelligence Labs", L, "partOf Meta"), side("Zorgon Superintelligence Labs", L)),
    # a figure or a letter tells them apart
    (side("GPT-4", M), side("GPT-5", M)),
    (side("iPhone 15", D), side("iPhone 16", D)),
    (side("GPT-3.5", M), side("GPT-35", M)),
    (side("Llama 3.1", M), side("Llama 3.2", M)),
    (side("Gemini 2.5 Pro", M), side("Gemini 2.5 Flash", M)),
    (side("Hyperdrive X1", D), side("Hyperdrive X2", D)),
    (side("C++", "DeveloperTool"), side("C#", "DeveloperTool")),
    (side("Mario Gonzales", P), side("Maria Gonzales", P)),
    (side("Zorgon Model S", D), side("Zorgon Model X", D)),
    (side("Hyperspace Pro", D), side("Hyperspace Pros", D)),
    (side("Nvidia H100", "Chip"), side("Nvidia H200", "Chip")),
    (side("Zork SE", D), side("Zork", D)),
    # one alias, or one word, of two
    (side("Zora Quill", P, "Quill"), side("Quill", P)),
    (side("Zora Quill", P), side("Zara Quill", P)),
    (side("University of Washington", U), side("Washington", "Place")),
    (side("Bank of Zurich", C), side("Zurich", "Place")),
    (side("Prime Video", S), side("Prime Air", S)),
    (side("Stability AI", C), side("Sanity AI", C)),
    (side("Jon Smith", P), side("John Smith", P)),
    (side("Alphabet", C), side("Google", C)),
    (side("Meta", C), side("Beta", C)),
    (side("Intel Foundry", C), side("Intel", C)),
    (side("Muse Spark", M), side("Muse Spark Thinking", M)),
    (side("Llama Guard", M), side("Llama", M)),
    (side("Northern Robotics", C), side("Southern Robotics", C)),
    (side("Helion Energy", C), side("Hellion Energy", C)),
    (side("Copilot", A, "developedBy Zorgon"), side("GitHub Copilot", A)),
    (side("Amazon Nova", M), side("Nova", M, "developedBy Zorgon")),
]
