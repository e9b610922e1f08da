"""Names that millions bear. On the lists some of them look rare, and a match by them tells little."""

from __future__ import annotations

_FAMILY_NAMES = """
garcia rodriguez rodrigues gonzalez gonzales fernandez fernandes lopez lopes martinez martins sanchez perez gomez
gomes martin jimenez ruiz hernandez diaz dias moreno alvarez munoz romero alonso gutierrez navarro torres dominguez
vazquez vasquez ramos gil ramirez serrano blanco molina morales suarez ortega delgado castro ortiz rubio marin sanz
medina cortes castillo guerrero vargas flores rivera reyes cruz chavez mendoza herrera aguilar guzman rojas soto
contreras silva santos oliveira souza sousa pereira costa carvalho ferreira ribeiro almeida lima barbosa rocha alves
smith jones taylor brown williams wilson johnson davies robinson wright thompson evans walker white roberts green
hall wood jackson clark clarke miller davis moore anderson harris lewis young king scott hill adams baker nelson
carter mitchell campbell bernard dubois petit durand leroy moreau laurent muller mueller schmidt schneider fischer
weber meyer wagner becker schulz hoffmann rossi russo ferrari esposito bianchi romano hansen johansen olsen larsen
nielsen jensen pedersen andersen andersson johansson karlsson nilsson jansen visser bakker novak nowak kowalski
horvat horvath nagy kovacs popescu ionescu yilmaz kaya demir sahin celik ivanov smirnov kuznetsov popov vasiliev
petrov sokolov mikhailov novikov fedorov morozov volkov alekseev lebedev semenov egorov pavlov kozlov stepanov
nikolaev orlov andreev makarov nikitin zakharov zaitsev ivanova smirnova kuznetsova popova vasilieva petrova
sokolova mikhailova novikova fedorova morozova volkova alekseeva lebedeva semenova egorova pavlova kozlova stepanova
nikolaeva orlova andreeva makarova nikitina zakharova zaitseva shevchenko kovalenko bondarenko tkachenko kravchenko
valdez carrillo salazar cordova barrios pena vega campos fuentes carrasco caballero nieto mejia acosta figueroa
espinoza sandoval valencia duarte cabrera luna juarez estrada rios mora pacheco velasquez parra cardenas ochoa
maldonado haddad khoury mansour sharma singh kumar patel gupta tanaka suzuki sato watanabe ito yamamoto nakamura
kobayashi
"""
_GIVEN_NAMES = """
jose juan antonio francisco manuel david javier daniel carlos miguel alejandro rafael pedro luis angel jorge alberto
fernando pablo sergio roberto ricardo eduardo mario raul enrique oscar ramon diego andres joao paulo marcos maria
carmen ana isabel laura marta cristina elena john james robert michael william richard joseph thomas charles
christopher matthew mark paul andrew george peter mary jennifer linda elizabeth sarah jean pierre michel philippe
andre nicolas marie anna eva hans karl stefan andreas giuseppe giovanni francesco marco alexander aleksandr sergei
vladimir dmitri andrei nikolai ivan igor oleg viktor mikhail alexei yuri pavel roman tatiana natalia olga irina
svetlana ekaterina marina mehmet mustafa ayse fatma sara samir yasmin omar hugo joel jaime erika adriana alejandra
gabriela patricia monica sandra claudia andrea valentina camila sofia lucia paula rosa teresa julia silvia martha
jesus felipe guillermo ruben ignacio martin gustavo arturo armando cesar julio ernesto rodrigo edgar hector alfredo
salvador gerardo leonardo mauricio emilio simon lucas tomas mateo samuel esperanza steven kevin brian jason eric
kenneth anthony ronald timothy edward donald gary patrick sean frank raymond thierry nathalie sylvie isabelle
catherine christophe frederic olivier sebastien tamara galina ludmila lyudmila vitaliy maxim artem anton denis
kirill
"""
COMMON_NAMES = frozenset((_FAMILY_NAMES + _GIVEN_NAMES).split())
