"""Usual words of some fields, to recognise a misspelt one where the company has none of its own yet."""

from __future__ import annotations

COUNTRIES = tuple(
    """Afghanistan;Albania;Algeria;Andorra;Angola;Argentina;Armenia;Australia;Austria;Azerbaijan;Bahamas;Bahrain;
    Bangladesh;Barbados;Belarus;Belgium;Belize;Benin;Bhutan;Bolivia;Bosnia and Herzegovina;Botswana;Brazil;Brunei;
    Bulgaria;Burkina Faso;Burundi;Cambodia;Cameroon;Canada;Cape Verde;Central African Republic;Chad;Chile;China;
    Colombia;Comoros;Congo;Costa Rica;Croatia;Cuba;Cyprus;Czech Republic;Denmark;Djibouti;Dominica;
    Dominican Republic;Ecuador;Egypt;El Salvador;Equatorial Guinea;Eritrea;Estonia;Eswatini;Ethiopia;Fiji;Finland;
    France;Gabon;Gambia;Georgia;Germany;Ghana;Greece;Grenada;Guatemala;Guinea;Guinea-Bissau;Guyana;Haiti;Honduras;
    Hong Kong;Hungary;Iceland;India;Indonesia;Iran;Iraq;Ireland;Israel;Italy;Ivory Coast;Jamaica;Japan;Jordan;
    Kazakhstan;Kenya;Kiribati;Korea;Kuwait;Kyrgyzstan;Laos;Latvia;Lebanon;Lesotho;Liberia;Libya;Liechtenstein;
    Lithuania;Luxembourg;Macao;Madagascar;Malawi;Malaysia;Maldives;Mali;Malta;Mauritania;Mauritius;Mexico;Moldova;
    Monaco;Mongolia;Montenegro;Morocco;Mozambique;Myanmar;Namibia;Nauru;Nepal;Netherlands;New Zealand;Nicaragua;
    Niger;Nigeria;North Korea;North Macedonia;Norway;Oman;Pakistan;Palau;Panama;Papua New Guinea;Paraguay;Peru;
    Philippines;Poland;Portugal;Qatar;Romania;Russia;Rwanda;Samoa;San Marino;Saudi Arabia;Senegal;Serbia;Seychelles;
    Sierra Leone;Singapore;Slovakia;Slovenia;Solomon Islands;Somalia;South Africa;South Korea;South Sudan;Spain;
    Sri Lanka;Sudan;Suriname;Sweden;Switzerland;Syria;Taiwan;Tajikistan;Tanzania;Thailand;Timor-Leste;Togo;Tonga;
    Trinidad and Tobago;Tunisia;Turkey;Turkmenistan;Tuvalu;Uganda;Ukraine;United Arab Emirates;United Kingdom;
    United States;Uruguay;Uzbekistan;Vanuatu;Venezuela;Vietnam;Yemen;Zambia;Zimbabwe""".replace("\n    ", "").split(";")
)
INDUSTRIES = tuple(
    """accounting;advertising;aerospace;agriculture;automotive;aviation;banking;biotechnology;chemicals;construction;
    consulting;consumer goods;defence;education;electronics;employment;energy;engineering;entertainment;fashion;
    finance;fishing;food and beverage;forestry;government;healthcare;hospitality;insurance;internet;legal services;
    logistics;machinery;manufacturing;marketing;media;medical;mining;non-profit;oil and gas;pharmaceuticals;
    publishing;real estate;recruitment;restaurants;retail;security;services;shipping;software;sports;technology;
    telecommunications;textiles;tourism;transportation;utilities;wholesale""".replace("\n    ", "").split(";")
)
BY_FIELD = {"industry": INDUSTRIES}
BY_KIND = {"region": COUNTRIES}
